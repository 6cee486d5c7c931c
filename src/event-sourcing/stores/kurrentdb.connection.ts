import { readFileSync } from 'node:fs';
import { EventStoreDBClient } from '@eventstore/db-client';
import type {
  ChannelCredentialOptions,
  Credentials,
  DNSClusterOptions,
  GossipClusterOptions,
  SingleNodeOptions,
} from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import { KurrentCredentials, type KurrentLocation } from './kurrentdb.connection-string.js';
import { StoreRefused } from './store-refused.js';

interface Channel {
  close(): void;
}

/** The client, with what its type keeps to itself. */
export class KurrentClient extends EventStoreDBClient {
  readonly #channels = new Set<Channel>();

  constructor(
    settings: SingleNodeOptions | GossipClusterOptions | DNSClusterOptions,
    certificates: ChannelCredentialOptions,
  ) {
    // Its constructor takes each of the three, but not one of the three.
    super(settings as SingleNodeOptions, certificates);
    const { getChannel } = this;
    this.getChannel = async () => {
      const channel = await getChannel();
      this.#channels.add(channel);
      return channel;
    };
  }

  /** Ends all calls, each with an error or as if it were over, and the connections. */
  end(): void {
    // It waits for calls that may never end.
    this.dispose().catch(() => undefined);
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }

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
  #made = 0;
  #closed = false;

  /** @throws StoreRefused where the CA file cannot be read. */
  constructor(location: KurrentLocation) {
    this.#location = location;
    this.#certificate = certificateIn(location.tlsCaFile);
    const { username, password } = location.credentials ?? { username: '', password: '' };
    this.credentials = new KurrentCredentials(username, password);
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
    const { hosts, discover, tls, keepAliveInterval, keepAliveTimeout = 10_000, connectionName } = this.#location;
    this.#made += 1;
    const [first] = hosts;
    if (first === undefined) throw new StoreRefused('The event log has no host.');
    const common = {
      connectionName,
      throwOnAppendFailure: true,
      ...(keepAliveInterval !== undefined && { keepAliveInterval }),
      // Clients of equal options share their connections, and with them a wait of up to two minutes before the next try to
      // connect, or a connection to a node that hangs. A millisecond sets them apart.
      keepAliveTimeout: keepAliveTimeout + (this.#made % 1_000),
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
  line.client.end();
};

const certificateIn = (path: string | undefined): Buffer | undefined => {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StoreRefused(`The CA file ${path} of the event log cannot be read.`, { cause: error });
  }
};
