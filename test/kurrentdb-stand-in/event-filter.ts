import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { StoredEvent } from './stored-event.js';

/** Which events a subscriber to `$all` asked for, and how often it wants a checkpoint. */
export interface EventFilter {
  matches(event: StoredEvent): boolean;
  /** How many events the server looks at before it says how far it is. */
  readonly window: number;
  readonly checkpointInterval: number;
}

/** How many events the server reads at a time. */
export const pageSize = 32;

const matcherOf = (expression: streams.ReadReq.Options.FilterOptions.Expression): ((text: string) => boolean) => {
  if (expression.getRegex() !== '') {
    const regex = new RegExp(expression.getRegex());
    return (text) => regex.test(text);
  }
  const prefixes = expression.getPrefixList();
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
};

export const eventFilterOf = (options: streams.ReadReq.Options.FilterOptions): EventFilter => {
  const byType = options.getEventType();
  const matcher = matcherOf(
    byType ?? options.getStreamIdentifier() ?? new streams.ReadReq.Options.FilterOptions.Expression(),
  );
  const window = options.hasMax() ? options.getMax() : pageSize;
  return {
    matches: ({ type, stream }) => matcher(byType ? type : stream),
    window,
    checkpointInterval: window * options.getCheckpointintervalmultiplier(),
  };
};
