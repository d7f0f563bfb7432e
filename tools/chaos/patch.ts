import { readFile } from 'node:fs/promises';

const ROOT = new URL('../../', import.meta.url);

/** A change of one place in one source file. */
export interface Patch {
  /** From the root of the project. */
  file: string;
  find: string;
  replace: string;
}

export function urlOf({ file }: Patch): string {
  return new URL(file, ROOT).href;
}

/**
 * The sources of one file with these changes.
 * @throws as `plant`
 */
export async function plantedSource(patches: readonly Patch[], url: string): Promise<string> {
  return patches.reduce((text, patch) => plant(patch, text), await readFile(new URL(url), 'utf8'));
}

/** @throws when the place is not there, or more than once: the sources have changed, and the patch must follow */
export function plant({ file, find, replace }: Patch, source: string): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`A planted bug is stale: ${places} places in ${file} for:\n${find}`);
  return source.replace(find, () => replace);
}
