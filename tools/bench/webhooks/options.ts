import { parseArgs } from 'node:util';

import type { SideName } from '../sides.ts';

/** What one call was asked for; the defaults are the standard run. */
export interface StormOptions {
  rate: number;
  batch: number;
  seconds: number;
  duplicates: number;
  findRate: boolean;
  sides: readonly SideName[];
  build: boolean;
}

/** The slowest answers may take so long. */
export const P99_MS = 250;

export const USAGE = `npm run bench:webhooks -- [options]

  --rate N         status updates per second, repetitions among them (3000; with --find-rate where to begin, 250)
  --batch N        updates in one POST, 1 to 1000 (10; with --find-rate always 1)
  --seconds N      how long (60; with --find-rate each step, 10)
  --duplicates N   share of the POSTs that repeat an earlier one, 0 to 0.9 (0.1)
  --find-rate      the highest rate of single updates whose p99 stays within ${P99_MS} ms, as a ratio to the reference
  --only SIDE      reference or palomar
  --no-build       measure dist/ as it is

It reads CPU times from /proc, so it needs Linux.`;

/** @throws Error naming the option that is unknown or out of its range */
export function readStormOptions(args: string[]): StormOptions {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string' },
      batch: { type: 'string' },
      seconds: { type: 'string' },
      duplicates: { type: 'string', default: '0.1' },
      only: { type: 'string' },
      'find-rate': { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const findRate = values['find-rate'];
  if (findRate && values.batch !== undefined)
    throw new Error('--batch does not go with --find-rate, which sends one each');
  const duplicates = Number(values.duplicates);
  if (!(duplicates >= 0 && duplicates <= 0.9))
    throw new Error(`--duplicates must be 0 to 0.9, not "${values.duplicates}"`);
  const batch = findRate ? 1 : wholeNumber('batch', values.batch ?? '10');
  if (batch > 1000) throw new Error(`--batch must be 1 to 1000, not "${batch}"`);
  return {
    rate: wholeNumber('rate', values.rate ?? (findRate ? '250' : '3000')),
    batch,
    seconds: wholeNumber('seconds', values.seconds ?? (findRate ? '10' : '60')),
    duplicates,
    findRate,
    sides: sidesFrom(values.only),
    build: !values['no-build'],
  };
}

function wholeNumber(name: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} must be a whole number above 0, not "${value}"`);
  return Number(value);
}

function sidesFrom(only: string | undefined): readonly SideName[] {
  if (only === undefined) return ['reference', 'palomar'];
  if (only === 'reference' || only === 'palomar') return [only];
  throw new Error(`--only must be reference or palomar, not "${only}"`);
}
