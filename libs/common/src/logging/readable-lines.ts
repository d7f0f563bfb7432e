import type { DestinationStream } from 'pino';

const NAMES: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'ERROR', 60: 'FATAL' };

interface Line extends Record<string, unknown> {
  level: number;
  time: number;
  msg: string;
  context?: string;
  err?: { stack?: string; message: string };
  stack?: string;
}

/** pino's JSON as a line for a person, and under it the stack: `09:30:00.123 info  OutboxPoller Attempt recorded outcome=accepted`. */
export function readableLines(output: DestinationStream): DestinationStream {
  return {
    write(json: string): void {
      const { level, time, msg, context = '', err, stack, ...fields } = JSON.parse(json) as Line;
      const shown = Object.entries(fields).map(([name, value]) => `${name}=${show(value)}`);
      const head = [new Date(time).toISOString().slice(11, 23), NAMES[level]!.padEnd(5), context, msg, ...shown];
      const trace = err?.stack ?? err?.message ?? stack;
      output.write(`${head.filter(Boolean).join(' ')}\n${trace ? `${trace}\n` : ''}`);
    },
  };
}

/** Bare where that is unmistakable: a value with a line break in it must not look like a line of ours. */
function show(value: unknown): string {
  return typeof value === 'string' && /^[^\s"\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}
