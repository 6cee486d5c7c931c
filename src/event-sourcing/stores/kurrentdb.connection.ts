import { readFileSync } from 'node:fs';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { Credentials } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import type { KurrentLocation } from './kurrentdb.connection-string.js';
import { StoreRefused } from './store-refused.js';

/** The client, and the one thing that its type keeps to itself. */
export class KurrentClient extends EventStoreDBClient {
  /** As `23.10.6`; `unknown` where the server does not tell. */
  async serverVersion(): Promise<string> {
    return (await this.capabilities).serverVersion;
  }
}

/** One client while it is in use. */
export interface Line {
  readonly client: KurrentClient;
  /** Given up. Its reads then end as if they had come to the end, so whoever reads looks here. */
  broken: boolean;
}

/**
 * The one client of the process, replaced when it is of no use any more: after a timeout the old one stays on a node that
 * does not answer, and a first discovery that failed is kept by it for ever.
 */
export class KurrentConnection {
  /**
   * What every call carries. On a server without users it means nothing to the server, but makes the client append by a
   * call of its own: its ordinary way shares one stream between all appends, and loses answers for good.
   */
  readonly credentials: Credentials;
  readonly #location: KurrentLocation;
  readonly #certificate: Buffer | undefined;
  #line: Line | undefined;
  #closed = false;

  /** @throws StoreRefused where the CA file cannot be read. */
  constructor(location: KurrentLocation) {
    this.#location = location;
    this.#certificate = certificateIn(location.tlsCaFile);
    this.credentials = location.credentials ?? { username: '', password: '' };
  }

  /** @throws StoreUnavailable once closed. */
  line(): Line {
    if (this.#closed) throw new StoreUnavailable('The event log is closed.');
    return (this.#line ??= { client: this.#connect(), broken: false });
  }

  /** Gives a line up; the next call makes another. Of many that complain of one line, the first is heard. */
  replace(line: Line): void {
    if (line !== this.#line) return;
    this.#line = undefined;
    giveUp(line);
  }

  close(): void {
    this.#closed = true;
    if (this.#line !== undefined) this.replace(this.#line);
  }

  #connect(): KurrentClient {
    const { hosts, discover, tls, keepAliveInterval, keepAliveTimeout, connectionName } = this.#location;
    const [first] = hosts;
    if (first === undefined) throw new StoreRefused('The event log has no host.');
    const common = {
      connectionName,
      throwOnAppendFailure: true,
      ...(keepAliveInterval !== undefined && { keepAliveInterval }),
      ...(keepAliveTimeout !== undefined && { keepAliveTimeout }),
    };
    const certificates = {
      insecure: !tls,
      ...(this.#certificate !== undefined && { rootCertificate: this.#certificate }),
    };
    // A discovery tries few times and soon: how long it is tried in all is ours to say.
    const discovery = { nodePreference: 'leader', maxDiscoverAttempts: 3, gossipTimeout: 2 } as const;
    // Several hosts are always asked who leads. The client's own reading of `+discover` would ask the first only.
    if (hosts.length > 1) return new KurrentClient({ ...common, ...discovery, endpoints: [...hosts] }, certificates);
    if (discover) return new KurrentClient({ ...common, ...discovery, discover: first }, certificates);
    return new KurrentClient({ ...common, endpoint: first }, certificates);
  }
}

const giveUp = (line: Line): void => {
  // First: what it reads just now ends with the next call, and must not be taken for whole.
  line.broken = true;
  // It waits for calls that may never end.
  line.client.dispose().catch(() => undefined);
};

const certificateIn = (path: string | undefined): Buffer | undefined => {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StoreRefused(`The CA file ${path} of the event log cannot be read.`, { cause: error });
  }
};
