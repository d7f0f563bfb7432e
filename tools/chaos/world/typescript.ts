import { join } from 'node:path';

/** What Node needs before a source file of ours to run it as it is. */
export const TYPESCRIPT = ['--import', join(import.meta.dirname, '../../../test/support/typescript.mjs')];
