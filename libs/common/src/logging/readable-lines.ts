import type { DestinationStream } from 'pino';

const NAMES: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'ERROR', 60: 'FATAL' };

interface Line extends Record<string, unknown> {
  level: number;
  time: number;
  msg?: string;
  context?: string;
  err?: { stack?: string };
  stack?: string;
}

/** One line for a person: `09:30:00.123 info  OutboxPoller  Attempt recorded  messageId=… outcome=accepted`. */
export const readableLines: DestinationStream = {
  write(json: string): void {
    const { level, time, msg = '', context = '', err, stack, ...fields } = JSON.parse(json) as Line;
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const head = [new Date(time).toISOString().slice(11, 23), (NAMES[level] ?? '').padEnd(5), context, msg, ...shown];
    process.stdout.write(`${head.filter(Boolean).join(' ')}\n`);
    const trace = err?.stack ?? stack;
    if (trace) process.stdout.write(`${trace}\n`);
  },
};
