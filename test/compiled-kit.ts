import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const kit = join(root, 'src', 'event-sourcing');

const compileInto = (folder: string, module: string, done: Set<string>): void => {
  if (done.has(module)) return;
  done.add(module);
  const source = readFileSync(join(kit, `${module}.ts`), 'utf8');
  const { code } = transformSync(source, { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } });
  mkdirSync(dirname(join(folder, module)), { recursive: true });
  writeFileSync(join(folder, `${module}.js`), code);
  for (const [, imported = ''] of code.matchAll(/from '(\.[^']*)\.js'/g))
    compileInto(folder, join(dirname(module), imported), done);
};

/**
 * Compiles modules of the kit, and what they import of it, for a process or a thread of their own: neither can load what
 * jest translates. Answers with a new folder, where they stand by their names.
 */
export const compiledKit = (...modules: readonly string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-kit-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const done = new Set<string>();
  for (const module of modules) compileInto(folder, module, done);
  return folder;
};
