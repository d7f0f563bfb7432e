/**
 * Writes docs/openapi.json out of the code. With `--check` it writes nothing, and ends with 1 when the file is not what the
 * code describes; either way when the description breaks a rule.
 *
 *   npm run openapi [-- --check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildDocument } from './build.ts';
import { lint } from './lint.ts';

const FILE = join(import.meta.dirname, '../../docs/openapi.json');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const document = await buildDocument();
const written = `${JSON.stringify(document, null, 2)}\n`;

const faults = await lint(document);
if (!values.check) writeFileSync(FILE, written);
else if (readFileSync(FILE, 'utf8') !== written)
  faults.push('docs/openapi.json is not what the code describes; run: npm run openapi');

for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
