#!/usr/bin/env node
// Starts the program under the Node that package.json pins, whatever Node is on the machine: an older one brings a SQLite
// that may damage a log which several processes write.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { URL, fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 15);
const isPinned = process.env.RAPPORT_PINNED_NODE === '1';

const cli = new URL('../dist/cli.js', import.meta.url);

/** The binary of npm's package `node`. */
const pinnedNode = () => {
  try {
    return join(
      dirname(createRequire(import.meta.url).resolve('node/package.json')),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
  } catch {
    return undefined;
  }
};

if (isNewEnough || isPinned) {
  await import(cli.href);
} else {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `Rapport needs Node 24.15 or newer; this is ${process.versions.node}, and the pinned one is not installed. Run npm ci.`,
    );
    process.exit(1);
  }
  const child = spawn(node, ['--max-semi-space-size=16', fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, RAPPORT_PINNED_NODE: '1' },
  });
  // A terminal sends Ctrl-C to both; whoever sends a signal to this process alone means the other.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', ({ message }) => {
    console.error(`The pinned Node could not be started: ${message}`);
    process.exit(1);
  });
  child.on('exit', (status, signal) => process.exit(signal === null ? (status ?? 1) : 1));
}
