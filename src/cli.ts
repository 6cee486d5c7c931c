import './memory.js';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { ExitStatus, Surroundings } from './command.js';

// Each command is loaded when it is run: `rapport --help` loads none.

interface Chosen {
  readonly data?: string;
}

/** Failures whose message tells a person all there is to tell; of any other, the stack is shown. */
const plainFailures = new Set(['CommandFailed', 'ClaimsKeyRefused', 'StoreUnavailable', 'StoreRefused', 'Stopped']);
const wrongUsage = new Set(['UsageRefused', 'SettingsRefused']);

/** Given as the reason when a signal asks to stop. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

const program = new Command('rapport')
  .description('Keeps the history of relationships with the people who can help or hurt you.')
  .version(
    (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version,
  )
  .option('--data <folder>', 'the data folder, in place of RAPPORT_DATA (./data)')
  .addHelpText(
    'after',
    '\nSettings are read from the environment; the README names them.\nExit status: 0 done, 1 failed, 2 wrong usage or settings.',
  )
  .exitOverride()
  .showHelpAfterError('(rapport --help tells more)');

const chosen = (): Chosen => program.opts<Chosen>();

/** Runs a command in its surroundings, and ends with its status. */
const run = async (command: (around: Surroundings) => Promise<ExitStatus>): Promise<void> => {
  const stopping = new AbortController();
  const stop = (): void => {
    // Asked a second time, it is over at once.
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort(new Stopped('Stopped. What is committed stays; run it again, and it does the rest.'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const { env, stdout: out, stderr: err } = process;
  process.exitCode = await command({ env, data: chosen().data, signal: stopping.signal, out, err });
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
};

const each = (value: string, before: readonly string[]): readonly string[] => [...before, value];

program
  .command('serve')
  .description('serve the API, until a signal says to stop')
  .action(async () => {
    const { settingsFor } = await import('./command.js');
    const { env, stdout: out, stderr: err } = process;
    const { data } = chosen();
    // Checked here too, so that wrong settings end with the status of every other command.
    const { dataFolder } = settingsFor({ env, data, signal: new AbortController().signal, out, err });
    if (data !== undefined) env['RAPPORT_DATA'] = dataFolder;
    await import('./main.js');
  });

const importing = program.command('import').description('take in what is elsewhere');

interface MailOptions {
  readonly us: readonly string[];
  readonly ourList: readonly string[];
  readonly about: readonly string[];
  readonly dryRun?: boolean;
}

importing
  .command('mail')
  .description('record the mails that are ours or about us: mbox files, single mails, folders of either')
  .argument('<path...>', 'files and folders')
  .option('--us <address>', 'an address of ours, or @domain; may be given again', each, [])
  .option('--our-list <address>', 'a mailing list of ours; may be given again', each, [])
  .option(
    '--about <word>',
    "a mail between others is heard where it names this word, '*' for all; may be given again",
    each,
    [],
  )
  .option('--dry-run', 'read and report, and record nothing')
  .action((paths: string[], { us, ourList, about, dryRun = false }: MailOptions) =>
    run(async (around) => {
      const { importMailCommand } = await import('./integrations/mail/import-mail.command.js');
      return importMailCommand(paths, { us, ourList, about, dryRun }, around);
    }),
  );

importing
  .command('events')
  .description('import an export of a log into an empty data folder')
  .argument('<file>', 'CloudEvents lines, as rapport export events writes them')
  .option('--claims-key <file>', "the exported log's claims.key, where the data folder has none yet")
  .action((file: string, { claimsKey }: { readonly claimsKey?: string }) =>
    run(async (around) => {
      const { importEventsCommand } = await import('./audit/import-events.command.js');
      return importEventsCommand(file, { claimsKey }, around);
    }),
  );

program
  .command('export')
  .description('write out what is here')
  .command('events')
  .description('write the log as CloudEvents lines, complete enough to be imported as the same log')
  .argument('[file]', 'where to; - for standard output', '-')
  .action((file: string) =>
    run(async (around) => {
      const { exportEventsCommand } = await import('./audit/export-events.command.js');
      return exportEventsCommand(file, around);
    }),
  );

interface CopyLogOptions {
  readonly from: string;
  readonly to: string;
  readonly claimsKey?: string;
  readonly soFar?: boolean;
}

program
  .command('copy-log')
  .description('copy a log into an empty one, on this store or another; run again, it completes the copy')
  .requiredOption('--from <url>', 'the log, as EVENT_STORE_URL names it')
  .requiredOption('--to <url>', 'the empty log, or the copy that was begun')
  .option('--claims-key <file>', "the log's claims.key, where it does not stand beside it")
  .option('--so-far', 'be content with what is recorded so far: for a back-up of a log that is served')
  .action((options: CopyLogOptions) =>
    run(async (around) => {
      const { copyLogCommand } = await import('./copy-log.command.js');
      return copyLogCommand(options, around);
    }),
  );

program
  .command('rebuild')
  .description('build the rows of projections anew from the log, also while a server serves')
  .argument('[projection...]', 'which ones; all when left out')
  .action((names: string[]) =>
    run(async (around) => {
      const { rebuildCommand } = await import('./rebuild.command.js');
      return rebuildCommand(names, around);
    }),
  );

const keys = program
  .command('keys')
  .description('who may ask: reader (queries), recorder (commands too), admin (keys too)');

keys
  .command('make')
  .description('make a key, and print its token: the one time that it is told')
  .argument('<name>', 'the actor on every event that is recorded with it')
  .option('--role <role>', 'reader, recorder or admin', '')
  .action((name: string, { role }: { readonly role: string }) =>
    run(async (around) => {
      const { makeKeyCommand } = await import('./access/keys.command.js');
      return makeKeyCommand(name, role, around);
    }),
  );

keys
  .command('revoke')
  .description('revoke a key')
  .argument('<id>', 'as rapport keys list tells it')
  .action((id: string) =>
    run(async (around) => {
      const { revokeKeyCommand } = await import('./access/keys.command.js');
      return revokeKeyCommand(id, around);
    }),
  );

keys
  .command('list')
  .description('list all keys, revoked ones too')
  .action(() =>
    run(async (around) => {
      const { listKeysCommand } = await import('./access/keys.command.js');
      return listKeysCommand(around);
    }),
  );

program
  .command('demo')
  .description('serve the real mails of a package maintainer and his users, and tell what to look at')
  .option('--about-all', 'all mails of the corpus, and not only those of his list')
  .option('--once', 'tell, and end')
  .action(({ aboutAll = false, once = false }: { readonly aboutAll?: boolean; readonly once?: boolean }) =>
    run(async (around) => {
      const { demoCommand } = await import('./demo.command.js');
      return demoCommand({ aboutAll, once }, around);
    }),
  );

/** What went wrong, for a person. */
const tellFailure = (error: unknown): ExitStatus | 2 => {
  if (!(error instanceof Error)) {
    process.stderr.write(`${String(error)}\n`);
    return 1;
  }
  const told = plainFailures.has(error.name) || wrongUsage.has(error.name) || 'code' in error;
  process.stderr.write(`${told ? error.message : (error.stack ?? error.message)}\n`);
  return wrongUsage.has(error.name) ? 2 : 1;
};

// Whoever reads what is printed may stop reading.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
try {
  await program.parseAsync();
} catch (error) {
  // Commander has told what is wrong by then; asked for help, nothing is.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = tellFailure(error);
}
