import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** Who may, and why. */
const READERS = {
  'libs/common/src/config/env.ts': 'makes the configuration of it, once',
  'apps/simulator/src/main.ts': 'a program apart, with variables of its own',
  'apps/api/src/development/simulator.process.ts': 'hands it on to the simulator it starts',
};

const COMMENT = /\/\*[^]*?\*\/|(?<!:)\/\/.*/g;
const PROCESS_ENV =
  /\bprocess\s*\??\.\s*env\b|\bprocess\s*(\?\.)?\[|\{[^}]*\benv\b[^}]*\}\s*(=\s*process\b|from\s*'(node:)?process')/;

const readsEnvironment = (source: string): boolean => PROCESS_ENV.test(source.replace(COMMENT, ''));

async function readers(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['apps', 'libs', 'migrations']) {
    for (const path of await readdir(join(ROOT, folder), { recursive: true })) {
      const file = join(folder, path);
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
      if (readsEnvironment(await readFile(join(ROOT, file), 'utf8'))) found.push(file);
    }
  }
  return found.sort();
}

describe('the environment', () => {
  it('is read by the configuration, and by nobody who is not listed with a reason', async () => {
    expect(await readers()).toEqual(Object.keys(READERS).sort());
  });

  it.each([
    'const port = process.env.PORT;',
    'const port = process?.env["PORT"];',
    'const port = process["env"].PORT;',
    'const { env } = process;',
    "import { env, exit } from 'node:process';",
    "import { env as variables } from 'process';",
  ])('is seen to be read by: %s', (source) => {
    expect(readsEnvironment(source)).toBe(true);
  });

  it.each([
    '/** Never reads process.env itself. */',
    '// process.env is read elsewhere',
    'const { env } = options;',
    'process.exit(1);',
  ])('is not seen to be read by: %s', (source) => {
    expect(readsEnvironment(source)).toBe(false);
  });
});
