/**
 * Posts spoilt webhooks at a running Palomar, such as the one that `npm start` runs, and prints what was answered how often.
 * Ends with 1 when anything was answered 5xx or not at all, or when Palomar is not healthy afterwards.
 *
 *   npm run webhook-mutations -- --count 100000 [--seed 1] [--url http://localhost:3000] [--secret <app secret>]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { DEFAULT_APP_SECRET } from '../../apps/simulator/src/defaults.ts';
import { bodiesUnder, runMutations } from './run.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/cloud-api/webhooks');

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    url: { type: 'string', default: 'http://localhost:3000' },
    secret: { type: 'string', default: DEFAULT_APP_SECRET },
  },
});

const report = await runMutations({
  url: `${values.url}/api/v1/whatsapp/webhook`,
  appSecret: values.secret,
  bodies: bodiesUnder(FIXTURES),
  count: Number(values.count),
  seed: Number(values.seed),
});
const health = await fetch(`${values.url}/health/live`).then(({ status }) => status, String);

for (const [line, times] of [...report.answers].sort()) console.log(`${String(times).padStart(8)}  ${line}`);
for (const fault of report.faults.slice(0, 20))
  console.log(`fault: request ${fault.number}, ${fault.name}: ${fault.answer}`);
console.log(
  `${values.count} requests, seed ${values.seed}: ${report.faults.length} faults; healthy afterwards: ${health}`,
);
process.exitCode = report.faults.length > 0 || health !== 200 ? 1 : 0;
