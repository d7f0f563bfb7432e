import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse } from 'dotenv';

import type { Faults } from './configuration.error.ts';
import { FROM_FILES } from './environment.ts';

/** Variables that are set: no value is empty. */
export type Variables = Record<string, string>;

/**
 * The given variables, outside production also those of `.env` in `cwd` (which lose against them), and in the place of
 * each `<name>_FILE` what its file holds, without the newline at its end. Empty is unset.
 */
export function readSources(given: NodeJS.ProcessEnv, cwd: string, faults: Faults): Variables {
  const variables = {
    ...(given.NODE_ENV === 'production' ? {} : dotEnv(join(cwd, '.env'), faults)),
    ...nonEmpty(given),
  };
  if (variables.NODE_ENV === 'production' && given.NODE_ENV !== 'production') {
    faults.add(
      'NODE_ENV',
      '.env cannot switch to production, where it is not read; set NODE_ENV for the process itself',
    );
  }
  for (const name of FROM_FILES) {
    const written = `${name}_FILE`;
    const path = variables[written];
    if (path === undefined) continue;
    if (variables[name] !== undefined) faults.add(name, `is set, and ${written} as well; keep one of them`);
    else variables[name] = contentOf(resolve(cwd, path), (fault) => faults.add(name, fault, written)) ?? '';
  }
  return nonEmpty(variables);
}

function dotEnv(path: string, faults: Faults): Variables {
  try {
    return nonEmpty(parse(readFileSync(path)));
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== 'ENOENT')
      faults.add('.env', `${path} cannot be read (${code}); make it a readable file, or remove it`);
    return {};
  }
}

function contentOf(path: string, refuse: (fault: string) => void): string | undefined {
  try {
    const value = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
    if (value === '') refuse(`${path} is empty; write the value into it`);
    return value;
  } catch (cause) {
    refuse(
      `${path} cannot be read (${codeOf(cause)}); write the path of a readable file, such as /run/secrets/palomar`,
    );
    return undefined;
  }
}

function nonEmpty(variables: NodeJS.ProcessEnv): Variables {
  return Object.fromEntries(Object.entries(variables).filter((pair): pair is [string, string] => !!pair[1]));
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}
