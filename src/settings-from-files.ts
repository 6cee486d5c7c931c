import { readFileSync } from 'node:fs';

/** The environment of a process, or what stands for it. */
export type EnvironmentTexts = Readonly<Record<string, string | undefined>>;

export interface FromFiles {
  readonly env: EnvironmentTexts;
  readonly faults: readonly { readonly setting: string; readonly message: string }[];
}

/**
 * Every setting may stand in a file, named by the setting with `_FILE` behind it: that is how secrets are handed to
 * containers. The line break that ends the file is no part of it.
 * @param names of the settings there are.
 */
export const fromFiles = (given: EnvironmentTexts, names: readonly string[]): FromFiles => {
  const env = { ...given };
  const faults: { setting: string; message: string }[] = [];
  for (const name of names) {
    const setting = `${name}_FILE`;
    const path = given[setting];
    if (path === undefined) continue;
    if (given[name] !== undefined) {
      faults.push({ setting, message: `stands beside ${name}: give one of them.` });
      continue;
    }
    try {
      env[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? ` (${String(error.code)})` : '';
      faults.push({ setting, message: `names a file that cannot be read: ${path}${code}.` });
    }
  }
  return { env, faults };
};
