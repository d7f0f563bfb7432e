import 'reflect-metadata';

import { type ChainReport, type Link, verifyChain } from '#audit';

import { UsageError } from '../explain-failure.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Reads the whole audit log and says whether it is as it was written.
Usage:
  npm run audit:verify
  npm run audit:verify -- --noted <sequence>:<hash>     a head that was printed before: nothing up to it may be missing
Exit codes: 0 it is; 1 it is not, or that could not be found out.`;

const LINK = /^(\d{1,15}):([0-9a-f]{64})$/;

await withDatabase(async (dataSource) => {
  const { values, positionals } = readArguments({ noted: { type: 'string' } } as const, USAGE);
  if (positionals.length > 0) throw new UsageError(USAGE);
  const report = await verifyChain(dataSource, readLink(values.noted));
  print(...linesOf(report));
  if (report.broken) process.exitCode = 1;
});

function readLink(text: string | undefined): Link | undefined {
  if (text === undefined) return undefined;
  const [, sequence, hash] = LINK.exec(text) ?? [];
  if (!sequence || !hash) throw new UsageError(`--noted must be <sequence>:<hash>, as this command prints them.`);
  return { sequence: Number(sequence), hash };
}

function linesOf({ entries, head, broken }: ChainReport): string[] {
  if (broken) return [`The audit log is broken at entry ${broken.sequence}: ${broken.reason}.`];
  if (!head) return ['The audit log has no entries.'];
  return [
    `The audit log is as it was written: ${entries === 1 ? '1 entry' : `${entries} entries`}.`,
    `Its head, to be noted elsewhere: ${head.sequence}:${head.hash}`,
  ];
}
