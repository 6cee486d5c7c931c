import { existsSync } from 'node:fs';
import { type Surroundings, toldOn, UsageRefused } from './command.js';
import type { EventStore } from './event-sourcing/event-store.js';
import type { Upcast } from './event-sourcing/upcaster.js';
import type { Settings } from './settings.js';
import { openEventStore } from './stores.js';

/**
 * Opens the log that the settings name, for a command that makes no sense without one: a mistyped folder must not become
 * an empty log.
 * @param err where it is told while a server is waited for.
 * @param upcast how old shapes are read; left out, lifted to today's.
 * @throws UsageRefused where there is none.
 */
export const logOf = async (
  settings: Settings,
  { err }: Pick<Surroundings, 'err'>,
  upcast?: Upcast,
): Promise<EventStore> => {
  const { eventStore } = settings;
  if (eventStore.kind === 'sqlite' && !existsSync(eventStore.path))
    throw new UsageRefused([`There is no log at ${eventStore.path}. Name the data folder with --data.`]);
  return openEventStore(settings, toldOn(err), { upcast });
};
