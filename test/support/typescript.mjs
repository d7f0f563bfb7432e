/**
 * Lets plain Node run the sources as they are: `node --import ./test/support/typescript.mjs some.ts`. For what Jest does
 * not transform: its global setup, and programs that specs start.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

import { transformFile } from '@swc/core';

const swcrc = JSON.parse(readFileSync(new URL('../../.swcrc', import.meta.url), 'utf8'));
swcrc.jsc.rewriteRelativeImportExtensions = false; // the .ts files themselves are loaded
delete swcrc.exclude;

// Node runs the hooks below in a thread of their own, which reads this file too.
if (isMainThread) register(import.meta.url);

/** `#messages` means its sources: the `source` condition of package.json "imports". */
export function resolve(specifier, context, next) {
  const conditions = specifier.startsWith('#') ? [...context.conditions, 'source'] : context.conditions;
  return next(specifier, { ...context, conditions });
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url), { ...swcrc, swcrc: false, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
