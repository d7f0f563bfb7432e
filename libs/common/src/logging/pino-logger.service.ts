import type { LoggerService } from '@nestjs/common';
import { type Level, type Logger, pino, stdSerializers } from 'pino';

import type { AppConfig } from '../config/app-config.ts';
import { readableLines } from './readable-lines.ts';
import { currentRequestId } from './request-context.ts';

const SECRET_KEYS = ['accessToken', 'appSecret', 'authorization', 'password', 'apiKey', 'token', 'key'];

/** Nest names each module and route at start; that is for whoever debugs the wiring. */
const BOOT_CHATTER = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Nest's logger, written by pino: JSON lines in production, lines for people otherwise. A log call gives a text, or an
 * object with `message`, ids, and `err` for a cause. Every line of a request names its `requestId`.
 */
export class PinoLoggerService implements LoggerService {
  private readonly logger: Logger;

  constructor({ production, logLevel }: Pick<AppConfig, 'production' | 'logLevel'>) {
    this.logger = pino(
      {
        level: logLevel,
        base: null,
        serializers: { err: stdSerializers.errWithCause },
        redact: [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`)],
        mixin: () => ({ requestId: currentRequestId() }),
      },
      ...(production ? [] : [readableLines]),
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(BOOT_CHATTER.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest gives the context last, and for errors the stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) return this.logger[level]({ context, err: message }, message.message);
    if (typeof message !== 'object' || message === null) return this.logger[level]({ context, stack }, String(message));
    const { message: text, ...fields } = message as { message?: string };
    this.logger[level]({ context, ...fields }, text);
  }
}
