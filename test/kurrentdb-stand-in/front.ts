import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../postgres/server.js';

/**
 * The port that clients know, in front of the gRPC server. What happens to a process or a cable happens here: it may be
 * paused, as by SIGSTOP (connections stay open, new ones are accepted by the kernel, nothing is read and nothing is
 * answered), or killed (connections are reset, new ones refused).
 */
export interface Front {
  readonly port: number;
  readonly connections: number;
  open(): Promise<void>;
  close(): Promise<void>;
  pause(): void;
  /** Lets through what waits, in its order: also requests that their callers have given up. */
  resume(): void;
  /** Resets every connection; new ones are accepted. */
  breakConnections(): void;
}

/** One direction of a connection: hands chunks on in order, or holds them while paused. */
const createPipe = (to: Socket, isPaused: () => boolean) => {
  const waiting: (Buffer | 'end')[] = [];
  const pass = (chunk: Buffer | 'end') => (chunk === 'end' ? to.end() : to.write(chunk));
  let releasing = false;

  const release = async () => {
    if (releasing) return;
    releasing = true;
    for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
      pass(chunk);
      // A request and the word that its caller gave up are two chunks: the server shall meet them one after the other.
      await delay(2);
      if (isPaused()) break;
    }
    releasing = false;
  };

  return {
    push: (chunk: Buffer | 'end') => {
      if (isPaused() || releasing || waiting.length > 0) waiting.push(chunk);
      else pass(chunk);
    },
    release,
  };
};

const callsMax = 100;
const settingsFrame = 4;
const maxConcurrentStreams = 3;

/**
 * Tells the client of the real server's limit of 100 calls a connection. The server behind it has a higher one: it counts
 * calls that have just ended, and would refuse what the real one takes. (Under TLS it cannot be seen, and is left alone.)
 */
const withCallLimit = (chunk: Buffer): Buffer => {
  if (chunk.length < 9 || chunk.readUInt8(3) !== settingsFrame) return chunk;
  const changed = Buffer.from(chunk);
  const end = Math.min(9 + changed.readUIntBE(0, 3), changed.length);
  for (let at = 9; at + 6 <= end; at += 6)
    if (changed.readUInt16BE(at) === maxConcurrentStreams) changed.writeUInt32BE(callsMax, at + 2);
  return changed;
};

const http2Preface = 'PRI';
const tlsHandshake = 0x16;

/** Whether a connection begins as HTTP/1 does: neither with HTTP/2's preface nor with TLS, which cannot be seen through. */
const isHttp1 = (first: Buffer): boolean =>
  first.toString('latin1', 0, http2Preface.length) !== http2Preface && first[0] !== tlsHandshake;

/** A front on `port` (0: any free one) of a server on `serverPort` of this machine; HTTP/1 goes to `http`. */
export const createFront = (port: number, serverPort: number, http: HttpServer): Front => {
  let isPaused = false;
  let known = port;
  const sockets = new Set<Socket>();
  const releases = new Set<() => void>();

  const accept = (client: Socket) => {
    sockets.add(client);
    client.setNoDelay(true);
    client.on('close', () => sockets.delete(client));
    client.on('error', () => client.destroy());
    client.once('data', (first) => {
      client.pause();
      client.unshift(first);
      if (isHttp1(first) && !isPaused) http.emit('connection', client);
      else join(client);
      process.nextTick(() => client.resume());
    });
  };

  const join = (client: Socket) => {
    const server = connect({ host: '127.0.0.1', port: serverPort, noDelay: true });
    const paused = () => isPaused;
    const [up, down] = [createPipe(server, paused), createPipe(client, paused)];
    const release = () => {
      void up.release();
      void down.release();
    };
    releases.add(release);
    client.on('data', (chunk) => up.push(chunk)).on('end', () => up.push('end'));
    server.once('data', (first) => {
      down.push(withCallLimit(first));
      server.on('data', (chunk) => down.push(chunk));
    });
    server.on('end', () => down.push('end'));
    const gone = () => {
      releases.delete(release);
      client.destroy();
      server.destroy();
    };
    // A reset is what killing a server looks like: an end of the connection, not a fault of ours.
    client.on('close', gone).on('error', gone);
    server.on('close', gone).on('error', gone);
  };

  const listener = createServer({ allowHalfOpen: true }, accept);
  const breakConnections = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  return {
    get port() {
      return known;
    },
    get connections() {
      return sockets.size;
    },
    open: async () => {
      isPaused = false;
      listener.listen(known === 0 ? await freePort() : known, '127.0.0.1');
      await once(listener, 'listening');
      known = (listener.address() as AddressInfo).port;
    },
    close: async () => {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      breakConnections();
      await closed;
    },
    pause: () => void (isPaused = true),
    resume: () => {
      isPaused = false;
      for (const release of releases) release();
    },
    breakConnections,
  };
};
