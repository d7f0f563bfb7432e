import { parseArgs, type ParseArgsConfig } from 'node:util';

import { UsageError } from '../explain-failure.ts';

/**
 * What the command was called with.
 * @throws UsageError with `usage` for an option that is not known.
 */
export function readArguments<T extends NonNullable<ParseArgsConfig['options']>>(options: T, usage: string) {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (cause) {
    throw cause instanceof TypeError ? new UsageError(`${cause.message}\n${usage}`) : cause;
  }
}

export function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
