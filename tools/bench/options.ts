import { parseArgs } from 'node:util';

import type { SideName } from './sides.ts';

/** What one call of the bench was asked for; the defaults are the standard run. */
export interface BenchOptions {
  messages: number;
  /** Requests in flight in the throughput phase. */
  clients: number;
  /** Of the latency phase: requests per second, and for how long. */
  rate: number;
  seconds: number;
  warmUp: number;
  /** Statuses per webhook POST, at most. */
  batch: number;
  /** Messages that Palomar's table holds before the run: read ones, and low-priority ones of other tenants that are due. */
  stored: number;
  backlog: number;
  /** Messages per second that Palomar may send at most. */
  pace: number;
  rounds: number;
  sides: readonly SideName[];
  build: boolean;
  flat: boolean;
  profile: boolean;
}

export const USAGE = `npm run bench -- [options]

  --messages N   messages of the measured phase (20000)
  --clients N    requests in flight (128)
  --rate N       requests per second of the latency phase (300)
  --seconds N    length of the latency phase (10)
  --warm-up N    messages before the measured phase (6000: by then V8 has compiled what it will)
  --batch N      statuses per webhook POST, 1 to 1000 (1, the hardest)
  --stored N     READ messages in Palomar's table before the run (0)
  --backlog N    due low-priority messages of 20 other tenants before the run (0)
  --pace N       messages per second that Palomar may send (10000; 250 with a backlog and with --flat, because sends
                 without a limit would fill the simulator with a whole backlog's statuses first)
  --rounds N     reference and Palomar in turns, N times (1)
  --only SIDE    reference or palomar
  --no-build     measure dist/ as it is
  --profile      print where Palomar's own CPU time goes
  --flat         cost per message at an empty table, 1,000,000 stored and 200,000 waiting

It reads CPU times from /proc, so it needs Linux.`;

/** Slow enough for statuses to keep up with sends on two cores. */
const KEEPING_UP = 250;
const OUT_OF_THE_WAY = 10_000;

const NUMBERS = [
  'messages',
  'clients',
  'rate',
  'seconds',
  'warm-up',
  'batch',
  'stored',
  'backlog',
  'pace',
  'rounds',
] as const;

/** @throws Error naming the option that is unknown or no whole number */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '20000' },
      clients: { type: 'string', default: '128' },
      rate: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '6000' },
      batch: { type: 'string', default: '1' },
      stored: { type: 'string', default: '0' },
      backlog: { type: 'string', default: '0' },
      pace: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      only: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      flat: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  for (const name of NUMBERS) {
    const value = values[name] ?? '0';
    if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number, not "${value}"`);
  }
  const isPaced = values.flat || Number(values.backlog) > 0;
  return {
    messages: Number(values.messages),
    clients: Number(values.clients),
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    warmUp: Number(values['warm-up']),
    batch: Number(values.batch),
    stored: Number(values.stored),
    backlog: Number(values.backlog),
    pace: Number(values.pace ?? (isPaced ? KEEPING_UP : OUT_OF_THE_WAY)),
    rounds: Number(values.rounds),
    sides: sidesFrom(values.only),
    build: !values['no-build'],
    flat: values.flat,
    profile: values.profile,
  };
}

function sidesFrom(only: string | undefined): readonly SideName[] {
  if (only === undefined) return ['reference', 'palomar'];
  if (only === 'reference' || only === 'palomar') return [only];
  throw new Error(`--only must be reference or palomar, not "${only}"`);
}
