import { it } from '@jest/globals';
import { startStandIn, type StandIn } from './stand-in.js';

/** A real server to run the same tests against; undefined where there is none. */
const realUrl = process.env['KURRENTDB_URL'];

/** What the tests run against, in words. */
export const subjectName = realUrl === undefined ? 'the stand-in' : 'a real server';

/** A test of what only a stand-in can do, or can do in time; skipped against a real server. */
export const itOfStandIn = realUrl === undefined ? it : it.skip;

export interface Subject {
  readonly url: string;
  /** Throws where the server is a real one: for tests of the stand-in only. */
  standIn(): StandIn;
  stop(): Promise<void>;
}

/** The real server that `KURRENTDB_URL` names, else a stand-in of its own for each caller. */
export const openSubject = async (): Promise<Subject> => {
  if (realUrl !== undefined)
    return {
      url: realUrl,
      standIn: () => {
        throw new Error('This test needs the stand-in, and KURRENTDB_URL names a real server.');
      },
      stop: () => Promise.resolve(),
    };
  const standIn = await startStandIn();
  return { url: standIn.url, standIn: () => standIn, stop: () => standIn.stop() };
};
