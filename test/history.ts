import { readFileSync, readdirSync } from 'node:fs';
import type { RecordedEvent } from '../src/event-sourcing/event-store.js';
import { positionOf } from '../src/event-sourcing/position.js';
import { logIdOfTests } from '../src/event-sourcing/specification.js';

const folder = new URL('history/', import.meta.url);
const shape = /^([A-Za-z]+)\.v(\d+)\.json$/;

/** The events of one type in one version of its shape, as they were written when that was the newest. */
export interface Written {
  readonly type: string;
  readonly version: number;
  readonly events: readonly RecordedEvent[];
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as readonly Omit<RecordedEvent, 'position'>[];

/** Every shape that was ever stored: never changed, added to when a fact gets a new field, a new version or a new type. */
export const written: readonly Written[] = readdirSync(folder).flatMap((name) => {
  const [, type, version] = shape.exec(name) ?? [];
  if (type === undefined) return [];
  const events = read(name).map((event) => ({
    ...event,
    position: positionOf(logIdOfTests, event.ordinal),
  }));
  return [{ type, version: Number(version), events }];
});

/** All of them as the one log that they are. */
export const historicLog: readonly RecordedEvent[] = written
  .flatMap(({ events }) => events)
  .sort((a, b) => a.ordinal - b.ordinal);

/** Which fields the data of an event have, however deep; those of a list's items count once. */
export const fieldsOf = ({
  type,
  version,
  data,
}: Pick<RecordedEvent, 'type' | 'version' | 'data'>): readonly string[] => {
  const fields = new Set<string>();
  const look = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value) look(item, `${path}[]`);
    else if (typeof value === 'object' && value !== null)
      for (const [field, each] of Object.entries(value)) look(each, `${path}.${field}`);
    else fields.add(path);
  };
  look(data, `${type}.v${version}`);
  return [...fields];
};

/** Every field that some stored shape has. */
export const historicFields: ReadonlySet<string> = new Set(historicLog.flatMap(fieldsOf));
