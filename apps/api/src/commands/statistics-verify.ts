import 'reflect-metadata';

import { type Difference, StatisticsCountRepository } from '#messages';

import { UsageError } from '../explain-failure.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Compares the counts behind the statistics with a recount of all messages, at one moment.
Usage:
  npm run statistics:verify
  npm run statistics:verify -- --rebuild    count anew first; nobody can write messages meanwhile`;

const SHOWN = 50;

await withDatabase(async (dataSource) => {
  const counts = new StatisticsCountRepository(dataSource);
  const { values, positionals } = readArguments({ rebuild: { type: 'boolean', default: false } }, USAGE);
  if (positionals.length > 0) throw new UsageError(USAGE);
  if (values.rebuild) await counts.rebuild();
  const differences = await counts.compare(SHOWN);
  if (differences.length === 0) return print('Equal: every count is what the messages add up to.');
  print(...differences.map(toLine), `The first ${differences.length} differences. Count anew with --rebuild.`);
  process.exitCode = 1;
});

function toLine({ scope, period, start, label, counted, recounted, ...group }: Difference): string {
  const whose = [group.tenant_id, group.phone_number_id, group.template_name, group.template_language];
  return `${period} ${start.toISOString()}  ${scope} ${whose.join(' ')}  ${label}: counted ${counted}, recounted ${recounted}`;
}
