import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { keyForm, keyScript, startScript } from './graphiql-page.js';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** Everything comes from here, and goes here: the editor works without a network, and tells nobody that it is used. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
].join('; ');

/** What the editor is made of, by its path; found out when the page is first asked for. */
let found: Promise<{ readonly page: string; readonly files: ReadonlyMap<string, string> }> | undefined;

const find = async (): Promise<{ readonly page: string; readonly files: ReadonlyMap<string, string> }> => {
  const { getDistDirectory, renderAltair } = await import('altair-static');
  const folder = getDistDirectory();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const page = renderAltair({ baseURL: '/graphiql/', serveInitialOptionsInSeperateRequest: 'start.js' })
    .replace('<title>Altair</title>', '<title>Rapport: GraphQL</title>')
    .replace('<body>', `<body>${keyForm}`);
  return { page, files: new Map(paths.map((path) => [relative(folder, path).replaceAll('\\', '/'), path])) };
};

/** Serves the editor for people at `/graphiql`: Altair, whose package brings a bundle that needs nothing else. */
export const serveGraphiql = async (fastify: FastifyInstance): Promise<void> => {
  await fastify.register((routes, _, done) => {
    routes.addHook('onSend', (_request, reply, _payload, next) => {
      reply
        .header('content-security-policy', policy)
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer');
      next();
    });
    routes.get('/graphiql', async (_request, reply) => {
      const { page } = await (found ??= find());
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
    });
    for (const [path, script] of [
      ['key.js', keyScript],
      ['start.js', startScript],
    ] as const) {
      routes.get(`/graphiql/${path}`, (_request, reply) =>
        reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(script),
      );
    }
    routes.get<{ Params: { '*': string } }>('/graphiql/*', async (request, reply) => {
      const { files } = await (found ??= find());
      // Only what was found in the bundle: a path cannot lead anywhere else.
      const path = files.get(request.params['*']);
      if (path === undefined) return reply.code(404).send();
      return reply
        .type(types[extname(path)] ?? 'application/octet-stream')
        .header('cache-control', 'max-age=3600')
        .send(await readFile(path));
    });
    done();
  });
};
