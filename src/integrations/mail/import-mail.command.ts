import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { counted, type ExitStatus, say, settingsFor, type Surroundings, toldOn } from '../../command.js';
import { InteractionCommand } from '../../interactions/interactions.handler.js';
import { progressOf } from '../../progress.js';
import { StakeholderCommand } from '../../stakeholders/stakeholders.handler.js';
import { openWriteSide, type WriteSide } from '../../write-side.js';
import { importMail, type MailImportReport } from './import-mail.js';
import { recordsMail } from './record-mail.js';

export interface ImportMailOptions {
  readonly us: readonly string[];
  readonly ourList: readonly string[];
  readonly about: readonly string[];
  readonly dryRun: boolean;
}

const address = /^[^\s@]+@[^\s@]+$/;
const domain = /^@[^\s@]+$/;

const faultsOf = (paths: readonly string[], { us, ourList, about }: ImportMailOptions): readonly string[] => [
  ...paths.filter((path) => !existsSync(path)).map((path) => `There is no file or folder ${path}.`),
  ...(us.length === 0 ? ['--us is missing: our own addresses, or @domain for all of a domain.'] : []),
  ...us
    .filter((each) => !address.test(each) && !domain.test(each))
    .map((each) => `--us takes an address or @domain, not '${each}'.`),
  ...ourList.filter((each) => !address.test(each)).map((each) => `--our-list takes an address, not '${each}'.`),
  ...about.filter((each) => each.trim() === '').map(() => '--about takes a word, not an empty one.'),
];

/** `rapport import mail`: records the mails that are ours or about us. */
export const importMailCommand = async (
  paths: readonly string[],
  options: ImportMailOptions,
  around: Surroundings,
): Promise<ExitStatus> => {
  const settings = settingsFor(around, faultsOf(paths, options));
  const { dryRun } = options;
  const writeSide = dryRun ? undefined : await openWriteSide(settings, toldOn(around.err));
  try {
    const report = await importMails(paths, options, around, writeSide);
    tell(report, dryRun, around.out);
    if (report.stopped)
      say(around.err, 'Stopped before the end. What is told above was done; run it again, and it does the rest.');
    return report.stopped || report.failed.length > 0 ? 1 : 0;
  } finally {
    await writeSide?.close();
  }
};

/** Imports with a progress bar, through the command bus; without a write side nothing is recorded. */
export const importMails = async (
  paths: readonly string[],
  { us, ourList, about, dryRun }: ImportMailOptions,
  { err, signal }: Pick<Surroundings, 'err' | 'signal'>,
  writeSide: WriteSide | undefined,
): Promise<MailImportReport> => {
  const progress = progressOf(dryRun ? 'Reading' : 'Importing', { err });
  try {
    return await importMail(
      paths,
      { us, ourLists: ourList, about, now: Date.now(), dryRun },
      writeSide === undefined ? () => Promise.resolve([]) : recorder(writeSide),
      (done, total = 0) => progress.to(done, total),
      signal,
    );
  } finally {
    progress.stop();
  }
};

const recorder = ({ commands, hash }: WriteSide): ReturnType<typeof recordsMail> =>
  recordsMail(
    {
      hash,
      identify: (request, context) => commands.execute(new StakeholderCommand(request, context)),
      record: (request, context) => commands.execute(new InteractionCommand(request, context)),
    },
    randomUUID(),
  );

/** The closing report. */
const tell = (report: MailImportReport, dryRun: boolean, out: NodeJS.WritableStream): void => {
  const { read, recorded, known, skipped, conflicts, failed } = report;
  const reasons = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  const skips = reasons.reduce((sum, [, count]) => sum + count, 0);
  say(out, `Read:          ${counted(read)}`);
  say(out, `${dryRun ? 'To be recorded:' : 'Recorded:     '} ${counted(recorded)}`);
  say(out, `Known already: ${counted(known)}`);
  say(out, `Skipped:       ${counted(skips)}`);
  for (const [reason, count] of reasons) say(out, `  ${counted(count)}  ${reason}`);
  if (conflicts.length > 0) say(out, `One id, two mails: ${counted(conflicts.length)}. The first is kept.`);
  for (const { messageId, origin, firstOrigin, message } of conflicts)
    say(
      out,
      `  ${messageId} in ${origin}: ${message}${firstOrigin === undefined ? '' : `; the first is ${firstOrigin}`}`,
    );
  if (failed.length > 0) say(out, `Failed: ${counted(failed.length)}`);
  for (const { messageId, origin, message } of failed) say(out, `  ${messageId} in ${origin}: ${message}`);
};
