import { CommandFailed, type ExitStatus, say, settingsFor, type Surroundings, UsageRefused } from './command.js';
import { isOfRules, projectionsOfRules } from './advocacy/rule-projections.js';
import type { Projection } from './event-sourcing/projection.js';
import { AlreadyBuilding } from './event-sourcing/read-store.js';
import { RebuildFailed } from './event-sourcing/rebuild.js';
import { rebuildInThreads } from './event-sourcing/rebuild.threads.js';
import { logOf } from './log-of.js';
import { progressOf } from './progress.js';
import { environmentOf } from './settings.js';
import { projections } from './projections.js';
import { projectionsWith } from './stores.js';

const refuseUnknown = (names: readonly string[], projections: readonly Projection[]): void => {
  const faults = names
    .filter((name) => !projections.some((projection) => projection.name === name))
    .map((name) => `There is no projection '${name}': ${projections.map((each) => each.name).join(', ')}.`);
  if (faults.length > 0) throw new UsageRefused(faults);
};

const worker = new URL('./rebuild.worker.js', import.meta.url);

/** `rapport rebuild`: the rows of projections anew from the log, beside a server that serves the old ones until then. */
export const rebuildCommand = async (names: readonly string[], around: Surroundings): Promise<ExitStatus> => {
  const settings = settingsFor(around);
  const own = projectionsWith(settings, projections);
  refuseUnknown(
    names.filter((name) => !isOfRules(name)),
    own,
  );
  // Says what is wrong with the log, where something is, before threads are begun.
  const log = await logOf(settings, around);
  const ofRules = await projectionsOfRules(log).finally(() => log.close());
  const all = [...own, ...ofRules];
  refuseUnknown(names, all);
  const progress = progressOf('Rebuilding', around, log.ordinalUnit);
  try {
    await rebuildInThreads({
      worker,
      data: { environment: environmentOf(settings) },
      projections: all,
      ...(names.length > 0 && { names }),
      onProgress: ({ ordinal, head }) => progress.to(ordinal, head),
      signal: around.signal,
    });
  } catch (error) {
    if (error instanceof AlreadyBuilding || error instanceof RebuildFailed) throw new CommandFailed(error.message);
    throw error;
  } finally {
    progress.stop();
  }
  const rebuilt = names.length > 0 ? names : all.map(({ name }) => name);
  say(around.out, `Rebuilt: ${rebuilt.join(', ')}.`);
  return 0;
};
