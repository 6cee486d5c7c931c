import { readMail, readWhoWrote } from './mail.js';
import type { Correspondent } from './mail-header.js';
import { interactionOf, type MailInteraction } from './mail-interaction.js';
import { type FoundMail, mailsIn } from './mailbox.js';

export interface MailImport {
  /** Our addresses, or `@domain`. */
  us: readonly string[];
  ourLists: readonly string[];
  about: readonly string[];
  /** Milliseconds since 1970, read by the caller at the start. */
  now: number;
  /** Reads and counts as always, and records nothing. */
  dryRun?: boolean;
}

/** What became of one interaction, in the order they were handed over. */
export interface RecordOutcome {
  /** known: it is on record with this content. taken: its source id is on record with another. refused: for any other reason. */
  kind: 'recorded' | 'known' | 'taken' | 'refused';
  message?: string;
}

export interface MailImportReport {
  /** Files and mails looked at: the sum of all that follows. */
  read: number;
  /** In a dry run: what would be handed over to be recorded. */
  recorded: number;
  /** On record before this run, or the same mail once more in this run. */
  known: number;
  /** How many for each reason. */
  skipped: Record<string, number>;
  /** Mails whose Message-ID another mail has that says something else. The first one is recorded. */
  conflicts: MailConflict[];
  failed: { origin: string; messageId: string; message: string }[];
  /** The signal was given before the end. What is reported was done; running it again does the rest. */
  stopped: boolean;
}

interface MailConflict {
  messageId: string;
  origin: string;
  /** Where the first one lay in this run; undefined where it was recorded before. */
  firstOrigin?: string;
  message: string;
}

/** How many interactions are handed over at once, at most. */
const batchMax = 200;

/**
 * Reads the mails under `paths` twice. The first time only their headers, for an index from Message-ID to author: an answer of
 * ours may lie before the mail that it answers. (The index is the memory this takes: about 0.3 KB a mail.) The second time in
 * full, handing what is to be recorded to `record` in batches, in the order of the files.
 *
 * Recording decides by the source id, so that a second run records nothing, and one after a crash the rest.
 *
 * Two mails of one Message-ID are the same where their authors said the same at the same time (`Mail.digest`): copies by way of
 * two lists differ in headers and footers only. Else the second is a conflict, and told.
 *
 * @param progress told every so many mails what was read, of how many; the total grows while the first reading counts.
 * @param signal stops between two mails; what was read until then is recorded, and the report says so.
 * @throws PathMissing before anything is read, and what `record` throws.
 */
export async function importMail(
  paths: readonly string[],
  options: MailImport,
  record: (batch: MailInteraction[]) => Promise<RecordOutcome[]>,
  progress: (done: number, total?: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<MailImportReport> {
  const report: MailImportReport = {
    read: 0,
    recorded: 0,
    known: 0,
    skipped: {},
    conflicts: [],
    failed: [],
    stopped: false,
  };
  const { authors, total } = await whoWroteWhat(paths, progress, signal);
  const readers = { ...options, authorOf: (messageId: string) => authors.get(messageId) };
  /** The first of each Message-ID that was to be recorded. */
  const firsts = new Map<string, { origin: string; digest: string }>();
  let batch: Ready[] = [];

  const skip = (reason: string) => {
    report.skipped[reason] = (report.skipped[reason] ?? 0) + 1;
  };
  const handOver = async () => {
    const handed = batch;
    batch = [];
    await recordBatch(handed, options.dryRun === true, record, report);
  };

  for await (const found of mailsIn(paths)) {
    if (signal?.aborted === true) {
      report.stopped = true;
      break;
    }
    report.read += 1;
    if (report.read % progressEvery === 0) progress(report.read, total);
    const ready = 'skipped' in found ? { skip: found.skipped } : await readyFrom(found, readers);
    if ('skip' in ready) {
      skip(ready.skip);
      continue;
    }
    const messageId = ready.record.source.id;
    const first = firsts.get(messageId);
    if (first === undefined) {
      firsts.set(messageId, { origin: ready.origin, digest: ready.digest });
      batch.push(ready);
      if (batch.length === batchMax) await handOver();
    } else if (first.digest === ready.digest) {
      report.known += 1;
    } else {
      const message = 'same Message-ID, other content';
      report.conflicts.push({ messageId, origin: ready.origin, firstOrigin: first.origin, message });
    }
  }
  // What was read before the signal is recorded all the same: it would only have to be read again.
  await handOver();
  progress(report.read, report.stopped ? total : report.read);
  return report;
}

const progressEvery = 20;

interface Ready {
  origin: string;
  digest: string;
  record: MailInteraction;
}

async function whoWroteWhat(
  paths: readonly string[],
  progress: (done: number, total: number) => void,
  signal?: AbortSignal,
) {
  const authors = new Map<string, Correspondent>();
  let total = 0;
  for await (const found of mailsIn(paths)) {
    if (signal?.aborted === true) break;
    total += 1;
    if (total % progressEvery === 0) progress(0, total);
    const written = 'skipped' in found ? undefined : await readWhoWrote(found.bytes);
    // The first one is the one that is recorded.
    if (written && !authors.has(written.messageId)) authors.set(written.messageId, written.author);
  }
  return { authors, total };
}

async function readyFrom(
  found: FoundMail,
  readers: Parameters<typeof interactionOf>[1],
): Promise<Ready | { skip: string }> {
  const mail = await readMail(found.bytes);
  if ('noMail' in mail) return { skip: mail.noMail };
  const sense = interactionOf(mail, readers);
  return 'skip' in sense ? sense : { origin: found.origin, digest: mail.digest, record: sense.record };
}

async function recordBatch(
  batch: Ready[],
  dryRun: boolean,
  record: (batch: MailInteraction[]) => Promise<RecordOutcome[]>,
  report: MailImportReport,
): Promise<void> {
  if (batch.length === 0) return;
  if (dryRun) {
    report.recorded += batch.length;
    return;
  }
  const outcomes = await record(batch.map((one) => one.record));
  if (outcomes.length !== batch.length) {
    throw new Error(`${batch.length} interactions were handed over, and ${outcomes.length} outcomes came back`);
  }
  for (const [index, { kind, message }] of outcomes.entries()) {
    const one = batch[index];
    if (one === undefined) continue;
    const { origin } = one;
    const messageId = one.record.source.id;
    switch (kind) {
      case 'recorded':
        report.recorded += 1;
        break;
      case 'known':
        report.known += 1;
        break;
      case 'taken':
        report.conflicts.push({ messageId, origin, message: message ?? 'on record with other content' });
        break;
      case 'refused':
        report.failed.push({ origin, messageId, message: message ?? 'refused' });
    }
  }
}
