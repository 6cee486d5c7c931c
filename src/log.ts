import { writeSync } from 'node:fs';
import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import type { LogLevel } from './settings.js';

// A line for each request, written alone, would be a call of the system for each. What waits is written when the process ends.
const standardOutput = { dest: 1, sync: false, minLength: 4_096, periodicFlush: 100 };

/**
 * Standard output, read or not. What waits at the end of the process is written at once, and sonic-boom tries that for ever
 * where nobody reads any more: the process would not end. So a space is tried first, which means nothing before a line.
 */
const output = () => {
  const destination = pino.destination(standardOutput);
  const [write, flush] = [destination.write.bind(destination), destination.flushSync.bind(destination)];
  let bytesWaiting = 0;
  destination.write = (line) => {
    bytesWaiting += Buffer.byteLength(line);
    return write(line);
  };
  destination.on('write', (bytes) => (bytesWaiting -= bytes));
  destination.flushSync = () => {
    if (bytesWaiting === 0) return;
    try {
      writeSync(standardOutput.dest, ' ');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return;
    }
    flush();
    bytesWaiting = 0;
  };
  return destination;
};

/**
 * The service's log: JSON lines on standard output, within a tenth of a second. Whoever writes a line keeps secrets and what
 * persons wrote out of it.
 */
export const openLog = (level: LogLevel): Logger =>
  pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // A net below that rule, for a header or a token that slips into a line.
      redact: {
        paths: ['authorization', '*.authorization', 'headers', '*.headers', 'token', '*.token'],
        censor: '[redacted]',
      },
    },
    output(),
  );

/** Nest's own words, which are of use to nobody but who looks for a fault in the wiring. */
export const nestLog = (log: Logger): LoggerService => {
  const said = (message: unknown): string => (message instanceof Error ? message.name : String(message));
  return {
    log: (message: unknown, context: unknown) => log.debug({ context }, said(message)),
    // What resolvers throw is told where it is answered: a client's mistake is no error of ours.
    error: (message: unknown, stack: unknown, context: unknown) =>
      context === 'ExceptionsHandler'
        ? log.debug({ context }, said(message))
        : log.error({ context, stack }, said(message)),
    warn: (message: unknown, context: unknown) => log.warn({ context }, said(message)),
    debug: (message: unknown, context: unknown) => log.trace({ context }, said(message)),
    verbose: (message: unknown, context: unknown) => log.trace({ context }, said(message)),
  };
};
