/**
 * Loaded into an application process by `--import`, after the TypeScript loader: puts one planted bug into the sources
 * while they are loaded. The files themselves stay as they are.
 */
import { readFile } from 'node:fs/promises';
import { type LoadFnOutput, type LoadHookContext, register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

import { type Options, transform } from '@swc/core';

import { plantedSource, urlOf } from './patch.ts';
import { plantedBugNamed } from './planted-bugs.ts';

const SWCRC = new URL('../../.swcrc', import.meta.url);
const { patches } = plantedBugNamed(process.env.CHAOS_PLANTED ?? '');

// Node runs the hook below in a thread of its own, which reads this file too.
if (isMainThread) register(import.meta.url);

type NextLoad = (url: string, context: LoadHookContext) => Promise<LoadFnOutput>;

export async function load(url: string, context: LoadHookContext, next: NextLoad): Promise<LoadFnOutput> {
  const own = patches.filter((patch) => urlOf(patch) === url);
  if (own.length === 0) return next(url, context);
  const { jsc } = JSON.parse(await readFile(SWCRC, 'utf8')) as Options & { jsc: object };
  const ours = { ...jsc, rewriteRelativeImportExtensions: false }; // the .ts files themselves are loaded
  const options = { jsc: ours, swcrc: false, sourceMaps: 'inline', filename: fileURLToPath(url) } as const;
  const { code } = await transform(await plantedSource(own, url), options);
  return { format: 'module', source: code, shortCircuit: true };
}
