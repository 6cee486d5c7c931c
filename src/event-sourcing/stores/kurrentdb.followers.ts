import { FORWARDS, START, jsonEvent } from '@eventstore/db-client';
import { tried, visit } from './kurrentdb.calls.js';
import type { Reading } from './kurrentdb.calls.js';
import { troubleOf } from './kurrentdb.errors.js';
import type { KurrentLog } from './kurrentdb.reader.js';
import type { KurrentWriter } from './kurrentdb.writer.js';

/** The names of those who have a checkpoint: a stream of their own, since the server lists no streams. */
export class KurrentFollowers {
  readonly #log: KurrentLog;
  readonly #writer: KurrentWriter;
  /** Those that are known to stand there. */
  readonly #named = new Set<string>();

  constructor(log: KurrentLog, writer: KurrentWriter) {
    this.#log = log;
    this.#writer = writer;
  }

  /** Before a follower's first checkpoint. Of two processes both may name it, and it is named once more. */
  async name(follower: string): Promise<void> {
    if (this.#named.has(follower)) return;
    if (!(await this.all()).has(follower)) {
      const event = jsonEvent({ type: 'FollowerNamed', data: { follower } });
      await this.#writer.appendOwn(this.#log.names.followers, event, `name the follower ${follower}`);
    }
    this.#named.add(follower);
  }

  async all(): Promise<ReadonlySet<string>> {
    const { connection, names, limits, reads } = this.#log;
    const { credentials } = connection;
    const found = await tried(connection, limits.readMs, 'read who follows the log', (line) =>
      reads.pass(async () => {
        const followers = new Set<string>();
        const open = (): Reading =>
          line.client.readStream(names.followers, {
            fromRevision: START,
            direction: FORWARDS,
            requiresLeader: true,
            credentials,
          });
        try {
          await visit(line, limits.attemptMs, open, ({ event }) => {
            const { follower } = (event?.data ?? {}) as { readonly follower?: unknown };
            if (typeof follower === 'string') followers.add(follower);
            return undefined;
          });
        } catch (error) {
          if (troubleOf(error) !== 'no stream') throw error;
        }
        return followers;
      }),
    );
    for (const follower of found) this.#named.add(follower);
    return found;
  }
}
