/** How fast statistics are answered over many messages, and whether they equal a recount. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { DataSource } from 'typeorm';

import { databaseOptions } from '#common';
import { StatisticsCountRepository } from '#messages';

import { CleanUps } from '../clean-ups.ts';
import { ROOT } from '../program.ts';
import { startSide } from '../start-side.ts';
import { ask, questionsOf, toLine } from './measure.ts';
import { storeMessages } from './messages.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '5000000' },
    days: { type: 'string', default: '90' },
    'no-build': { type: 'boolean', default: false },
    'no-verify': { type: 'boolean', default: false },
  },
});
const [messages, days] = [Number(values.messages), Number(values.days)];

if (!values['no-build']) execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' });
const cleanUps = new CleanUps();
try {
  const { cluster, observer, url, apiKey } = await startSide(
    'palomar',
    {
      batch: 1,
      pace: 1,
      profile: false,
      prepare: async (beforehand) => {
        const seconds = await storeMessages(beforehand, messages, days);
        console.log(`${messages} messages of ${days} days stored in ${seconds} s`);
      },
    },
    cleanUps,
  );
  const dataSource = await new DataSource(databaseOptions({ url: cluster.url, poolSize: 1 })).initialize();
  cleanUps.add(() => dataSource.destroy());
  const counts = new StatisticsCountRepository(dataSource);

  const started = performance.now();
  while ((await counts.sumUp(5_000)) > 0);
  await observer.query('VACUUM (ANALYZE) statistics_counts, statistics_changes');
  console.log(`summed up in ${Math.round((performance.now() - started) / 1_000)} s`);

  console.log(`${'ms'.padEnd(36)}${'p50'.padStart(9)}${'p95'.padStart(9)}`);
  const misses = [];
  for (const question of questionsOf(days)) {
    const answered = await ask(url, apiKey, question);
    console.log(toLine(answered));
    if (answered.goalMs !== undefined && answered.p95 > answered.goalMs) misses.push(answered);
  }

  const isEqual = values['no-verify'] || (await isEqualToRecount(counts));
  process.exitCode = misses.length === 0 && isEqual ? 0 : 1;
} finally {
  await cleanUps.run();
}

async function isEqualToRecount(counts: StatisticsCountRepository): Promise<boolean> {
  const started = performance.now();
  const differences = await counts.compare(5);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(differences.length === 0 ? `equal to a recount, which took ${seconds} s` : differences);
  return differences.length === 0;
}
