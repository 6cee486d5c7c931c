import { createServer, type Server } from 'node:http';
import type { Node, Role } from './node.js';

const stateOf: Readonly<Record<Role, string>> = {
  starting: 'initializing',
  electing: 'unknown',
  'pre-leader': 'preleader',
  leader: 'leader',
  follower: 'follower',
  deposed: 'leader',
};

/** What the server says over plain HTTP: that it lives, its version and its state. It listens on no port of its own. */
export const createHttpService = (node: Node): Server =>
  createServer(({ url }, response) => {
    switch (url) {
      case '/health/live':
        response.writeHead(204).end();
        return;
      case '/info':
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ esVersion: `${node.version}.0`, state: stateOf[node.role()] }));
        return;
      default:
        response.writeHead(404).end();
    }
  });
