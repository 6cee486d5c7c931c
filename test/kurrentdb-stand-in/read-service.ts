import { setTimeout as delay } from 'node:timers/promises';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { eventFilterOf } from './event-filter.js';
import { followAll, followStream } from './following.js';
import { eventMessage, nameOf, notFoundMessage } from './messages.js';
import type { Fault } from './misbehaviour.js';
import { refusalOf, refusalOfLive, type Node } from './node.js';
import { createOutlet, type Outlet, type ReadCall } from './outlet.js';
import {
  allBackwards,
  allForwards,
  indexFrom,
  readStream,
  resolve,
  take,
  type AllPosition,
  type Direction,
} from './reading.js';
import { streamDeleted, unexpectedResult } from './refusals.js';
import type { StoredEvent } from './stored-event.js';

type Options = streams.ReadReq.Options;

const all = '$all';
const endOfStream = 9_223_372_036_854_775_807n;

const directionOf = (options: Options): Direction =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS ? 'forwards' : 'backwards';

const revisionOf = (options: streams.ReadReq.Options.StreamOptions): bigint | 'start' | 'end' =>
  options.hasStart() ? 'start' : options.hasEnd() ? 'end' : BigInt(options.getRevision());

const positionOf = (options: streams.ReadReq.Options.AllOptions): AllPosition | 'start' | 'end' => {
  const position = options.getPosition();
  if (!position) return options.hasEnd() ? 'end' : 'start';
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
};

const sendAll = async (events: Iterable<StoredEvent>, node: Node, options: Options, outlet: Outlet) => {
  for (const event of take(events, Number(options.getCount()))) {
    if (outlet.gone.aborted) return;
    await outlet.send(eventMessage(resolve(node.view, event, options.getResolveLinks())));
  }
  outlet.end();
};

const readOne = async (node: Node, options: Options, of: streams.ReadReq.Options.StreamOptions, outlet: Outlet) => {
  if (options.getCount() === '0') {
    outlet.fail(unexpectedResult('ReadStreamResult'));
    return;
  }
  const stream = nameOf(of.getStreamIdentifier());
  const from = revisionOf(of);
  const revision = from === 'start' ? 0n : from === 'end' ? endOfStream : from;
  const reading = readStream(node.view, stream, directionOf(options), revision);
  switch (reading.kind) {
    case 'deleted':
      outlet.fail(streamDeleted(stream));
      return;
    case 'not-found':
      await outlet.send(notFoundMessage(stream));
      outlet.end();
      return;
    case 'events':
      await sendAll(reading.events, node, options, outlet);
  }
};

const readAll = async (node: Node, options: Options, of: streams.ReadReq.Options.AllOptions, outlet: Outlet) => {
  const { view } = node;
  const direction = directionOf(options);
  const from = positionOf(of);
  const at = from === 'start' ? 0 : from === 'end' ? view.horizon() : indexFrom(view, from, direction);
  const isBeyond = typeof from === 'object' && from.commit > view.log.end;
  if (at === undefined || (isBeyond && direction === 'backwards')) {
    outlet.fail(unexpectedResult('ReadAllResult'));
    return;
  }
  // The real server reads pages of nothing for ever.
  if (options.getCount() === '0') return;
  await sendAll(direction === 'forwards' ? allForwards(view, at) : allBackwards(view, at), node, options, outlet);
};

const subscribe = async (node: Node, options: Options, fault: Fault | undefined, outlet: Outlet): Promise<void> => {
  const of = options.getStream();
  const resolveLinks = options.getResolveLinks();
  if (of) {
    const stream = nameOf(of.getStreamIdentifier());
    await followStream(node, { stream, after: revisionOf(of), resolveLinks }, outlet);
    return;
  }
  const filter = options.getFilter();
  const ofAll = options.getAll();
  await followAll(
    node,
    {
      after: ofAll ? positionOf(ofAll) : 'start',
      resolveLinks,
      filter: filter && eventFilterOf(filter),
      checkpointAhead: fault?.kind === 'checkpoint-ahead',
    },
    outlet,
  );
};

const serve = async (node: Node, call: ReadCall): Promise<void> => {
  const options = call.request.getOptions();
  if (!options) return;
  const ofStream = options.getStream();
  const stream = ofStream ? nameOf(ofStream.getStreamIdentifier()) : all;
  const method = options.hasSubscription() ? 'subscribe' : 'read';
  const ofAll = options.getAll();
  const from = ofAll && positionOf(ofAll);
  node.reads.push({
    method,
    stream,
    from: typeof from === 'object' ? from.commit : from,
    requiresLeader: call.metadata.get('requires-leader').at(0) === 'true',
  });
  const fault = node.misbehaviour.take(method, stream);
  const outlet = createOutlet(node, call, method, stream, fault);
  const isLive = method === 'subscribe' && (ofStream?.hasEnd() ?? options.getAll()?.hasEnd());
  const refused = isLive ? refusalOfLive(node, call.metadata, stream) : refusalOf(node, call.metadata, 'read', stream);
  const refusal = fault?.kind === 'refuse' ? fault.refusal : refused;
  if (refusal) {
    outlet.fail(refusal);
    return;
  }
  if (fault?.kind === 'ignore') return;
  if (fault?.kind === 'answer-late') await delay(fault.byMs, undefined, { ref: false });
  if (method === 'subscribe') await subscribe(node, options, fault, outlet);
  else if (ofStream) await readOne(node, options, ofStream, outlet);
  else await readAll(node, options, options.getAll() ?? neverAll(), outlet);
};

const neverAll = (): never => {
  throw new Error('A read names neither a stream nor $all.');
};

/** Read: streams and `$all`, both ways, and subscriptions. */
export const createRead =
  (node: Node) =>
  (call: ReadCall): void =>
    void serve(node, call);
