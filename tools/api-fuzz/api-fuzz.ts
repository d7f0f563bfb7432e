/**
 * Sends requests made out of docs/openapi.json, right, wrong and hostile ones, to a running Palomar, such as the one that
 * `npm start` runs, and checks every answer against it. Ends with 1 when one was 5xx without an excuse, or not as described.
 *
 *   npm run api-fuzz -- --requests 20000 [--seed 1] [--base-url http://localhost:3000] --key <a platform key>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { OpenAPIObject } from '@nestjs/swagger';

import { runFuzz } from './run.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    'base-url': { type: 'string', default: 'http://localhost:3000' },
    key: { type: 'string' },
  },
});
if (!values.key) throw new Error('Say which platform key to use: --key <ADMIN_API_KEY>');

const report = await runFuzz({
  url: values['base-url'],
  key: values.key,
  tenantId: '01930000-0000-7000-8000-00000000f022',
  document: JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as OpenAPIObject,
  requests: Number(values.requests),
  seed: Number(values.seed),
});

for (const [status, times] of [...report.statuses].sort()) console.log(`${String(times).padStart(8)}  ${status}`);
for (const [code, times] of report.excused) console.log(`${String(times).padStart(8)}  ${code}, excused`);
for (const { number, name, path, fault } of report.faults.slice(0, 40))
  console.log(`fault: request ${number}, ${name} (${path.slice(0, 200)}): ${fault}`);
console.log(`${values.requests} requests, seed ${values.seed}: ${report.faults.length} faults`);
process.exitCode = report.faults.length > 0 ? 1 : 0;
