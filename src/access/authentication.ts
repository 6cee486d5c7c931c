import type { FastifyInstance } from 'fastify';
import { unauthenticated } from '../graphql/errors.js';
import { answerRefusal } from '../graphql/http.js';
import type { Credential } from './credential.js';
import type { Keys } from './keys.js';
import { bearerFrom } from './token.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Set before anything else looks at the request, but for what is open to everybody. */
    credential: Credential;
  }
}

/** Nobody: what a request has before its credential is looked at. Only what is open to everybody is served with it. */
const nobody: Credential = { id: '', name: '', role: 'reader' };

/** Paths that take no credential: what tells nothing of anybody. */
export const isOpen = (path: string): boolean =>
  path === '/healthz' ||
  path === '/readyz' ||
  path === '/metrics' ||
  path === '/graphiql' ||
  path.startsWith('/graphiql/');

/** Lets no request in without a credential, before its body is read. */
export const authenticateRequests = (fastify: FastifyInstance, keys: () => Keys): void => {
  fastify.decorateRequest('credential');
  fastify.addHook('onRequest', async (request, reply) => {
    request.credential = nobody;
    const [path = ''] = request.url.split('?', 1);
    // A socket says who asks in its first message.
    if (isOpen(path)) return;
    const { authorization } = request.headers;
    const credential = await keys().credentialOf(bearerFrom(authorization));
    if (credential !== undefined) {
      request.credential = credential;
      return;
    }
    const missing = authorization === undefined;
    // RFC 6750, section 3: a request without a credential is not told that it is invalid.
    reply.header(
      'www-authenticate',
      missing ? 'Bearer realm="rapport"' : 'Bearer realm="rapport", error="invalid_token"',
    );
    const message = missing
      ? 'This takes a key: send Authorization: Bearer <key>.'
      : 'This key is not known here, or it was revoked.';
    await answerRefusal(request, reply, 401, unauthenticated(message));
  });
};
