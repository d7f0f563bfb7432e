import { inspect } from 'node:util';

import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';

import type { AppConfig } from '../config/app-config.ts';
import { currentRequestId } from '../request-context.ts';
import { readableLines } from './readable-lines.ts';
import { isErrorLike, serializeError } from './serialize-error.ts';

/** Names whose values never reach a log, as our code spells them and as they come over the wire. */
const SECRET_NAMES = [
  ...[
    'accessToken',
    'appSecret',
    'webhookVerifyToken',
    'apiKey',
    'adminApiKey',
    'encryptionKey',
    'previousEncryptionKey',
    'key',
  ],
  ...['access_token', 'app_secret', 'verify_token', 'hub.verify_token', 'api_key', 'x-api-key', 'cookie'],
  ...['authorization', 'Authorization', 'password', 'secret', 'token'],
];

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

  /** `output` takes each line; standard output, when none is given. */
  constructor(
    { production, logLevel }: Pick<AppConfig, 'production' | 'logLevel'>,
    output: DestinationStream = pino.destination(1),
  ) {
    this.logger = pino(
      {
        level: logLevel,
        base: null,
        serializers: { err: serializeError },
        redact: SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
        mixin: () => ({ requestId: currentRequestId() }),
      },
      production ? output : readableLines(output),
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

  /** Nest gives the context last, before it whatever else the call was given: for errors, often the stack. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((one) => typeof one === 'string');
    const stack = texts.find((text) => /\n\s+at /.test(text));
    const context = texts.findLast((text) => text !== stack);
    const extra = rest.filter((one) => typeof one === 'object' && one !== null).map(asFields);
    const { message: text, ...fields } = typeof message === 'object' && message ? asFields(message) : { message };
    const said = typeof text === 'string' || text === undefined ? text : inspect(text);
    this.logger[level]({ context, stack, ...Object.assign({}, ...extra), ...fields }, said);
  }
}

/** An error is a field of its own, never spread: it may carry a request body. */
function asFields(given: object): Record<string, unknown> {
  return isErrorLike(given) ? { message: given.message, err: given } : { ...given };
}
