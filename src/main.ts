import 'reflect-metadata';
import { openLog } from './log.js';
import { giveMemoryBack } from './memory.js';
import { startService } from './service.js';
import { SettingsRefused, settingsFrom } from './settings.js';

/** Serves until a signal says to stop. */
const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env);
  const log = openLog(settings.logLevel);
  const service = await startService(settings, log);
  giveMemoryBack();
  process.stderr.write(`Rapport serves at ${service.url}\n`);
  if (service.adminKeyPath !== null)
    process.stderr.write(`An admin key was made. Its token stands in ${service.adminKeyPath}\n`);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    // Should something hang that no limit holds: everything acknowledged is on disk already.
    setTimeout(() => process.exit(1), settings.limits.shutdownMs + 5_000).unref();
    service.close().then(
      () => {
        log.info({ signal }, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.fatal({ error: error instanceof Error ? error.name : 'unknown' }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

// Whoever reads what is printed may stop reading: that is no reason to end.
process.stderr.on('error', () => undefined);

main().catch((error: unknown) => {
  // A person reads this: what is wrong, and no stack where the settings or the folder are at fault.
  const expected =
    error instanceof SettingsRefused ||
    (error instanceof Error && 'code' in error) ||
    (error instanceof Error && /^(?:Store|ClaimsKeyRefused|AdminKeyRefused)/.test(error.name));
  process.stderr.write(
    `${expected && error instanceof Error ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
