import { parseArgs } from 'node:util';

export interface Arguments {
  cycles: number;
  seed: number;
  /** Only this one. */
  scenario: string | undefined;
  /** Undefined: none; empty: every planted bug; else the one with this name. */
  planted: string | undefined;
}

export const USAGE =
  'npm run chaos -- [--cycles 200] [--seed N] [--scenario name] [--planted [name]] [--no-planted]\n' +
  'Without --scenario the planted bugs follow the cycles; with --planted they run alone.';

/** @throws for what cannot be read */
export function readArguments(given: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      cycles: { type: 'string' },
      seed: { type: 'string' },
      scenario: { type: 'string' },
      planted: { type: 'boolean' },
      'no-planted': { type: 'boolean' },
    },
  });
  const [planted = ''] = positionals;
  const alone = values.planted === true;
  if (positionals.length > (alone ? 1 : 0)) throw new Error(`Not understood: ${positionals.join(' ')}`);
  return {
    cycles: alone ? 0 : wholeNumber('cycles', values.cycles ?? '200'),
    seed: wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000_000)),
    scenario: values.scenario,
    planted: alone || !(values['no-planted'] || values.scenario) ? planted : undefined,
  };
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number`);
  return Number(value);
}
