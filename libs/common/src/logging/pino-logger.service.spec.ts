import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { runInRequest } from '../request-context.ts';
import { PinoLoggerService } from './pino-logger.service.ts';

/** A logger, and what it wrote. */
function aLogger({ production = true, logLevel = 'info' as const } = {}) {
  const lines: string[] = [];
  const logger = new PinoLoggerService({ production, logLevel }, { write: (line) => void lines.push(line) });
  return { logger, lines, read: () => lines.map((line) => JSON.parse(line)) };
}

/** What a database driver throws: the values of the statement hang on it. */
const aDatabaseError = () =>
  Object.assign(new Error('duplicate key', { cause: new Error('socket closed') }), {
    code: '23505',
    parameters: ['Hola, tu pedido'],
    driverError: { detail: 'Key (to)=(+34612345678)' },
  });

describe(PinoLoggerService.name, () => {
  it('writes a JSON line with the level, the context and the ids of an object', () => {
    const { logger, read } = aLogger();

    logger.warn({ message: 'Attempt not recorded yet', messageId: 'm-1' }, 'OutboxDispatcher');

    expect(read()).toEqual([
      expect.objectContaining({
        level: 40,
        msg: 'Attempt not recorded yet',
        messageId: 'm-1',
        context: 'OutboxDispatcher',
      }),
    ]);
  });

  it('stands behind the loggers of Nest', () => {
    const { logger, read } = aLogger();
    Logger.overrideLogger(logger);

    new Logger('Poller').error({ message: 'Broke', err: new Error('why') });
    Logger.overrideLogger(false);

    expect(read()).toEqual([
      expect.objectContaining({
        level: 50,
        msg: 'Broke',
        context: 'Poller',
        err: expect.objectContaining({ message: 'why' }),
      }),
    ]);
  });

  it('tells a stack from a context in the calls of Nest', () => {
    const { logger, read } = aLogger();
    const { stack } = new Error('lost');

    logger.error('lost', stack, 'Server');
    logger.error('lost', stack);

    expect(read()).toEqual([
      expect.objectContaining({ msg: 'lost', stack, context: 'Server' }),
      expect.not.objectContaining({ context: expect.anything() }),
    ]);
  });

  it('keeps what comes after the text', () => {
    const { logger, read } = aLogger();

    logger.error('Broke', new Error('why'), { attempt: 2 }, 'Poller');

    expect(read()).toEqual([
      expect.objectContaining({ msg: 'Broke', attempt: 2, err: expect.objectContaining({ message: 'why' }) }),
    ]);
  });

  it('names the request in every line of its work', async () => {
    const { logger, read } = aLogger();

    await new Promise<void>((done) =>
      runInRequest({ id: 'req-1', request: {} as IncomingMessage }, () => {
        logger.log('now');
        setImmediate(() => {
          logger.log('later');
          done();
        });
      }),
    );
    logger.log('outside');

    expect(read().map((line) => line.requestId)).toEqual(['req-1', 'req-1', undefined]);
  });

  it('writes of an error its name, message, code and stack, with the causes, and nothing it carries', () => {
    const { logger, read, lines } = aLogger();

    logger.error({ message: 'Broke', err: aDatabaseError() });

    expect(read()[0].err).toEqual({
      name: 'Error',
      message: 'duplicate key: socket closed',
      code: '23505',
      stack: expect.stringMatching(/duplicate key[^]*caused by: Error: socket closed/),
    });
    expect(lines.join()).not.toMatch(/Hola|\+34612345678/);
  });

  it('carries nothing of a bare error either', () => {
    const { logger, read, lines } = aLogger();

    logger.error(aDatabaseError());

    expect(read()[0]).toMatchObject({ msg: 'duplicate key', err: { code: '23505' } });
    expect(lines.join()).not.toContain('Hola');
  });

  it.each([
    ['a text', 'a text'],
    [{ password: 'hunter2' }, '[Object]'],
    [null, 'null'],
  ])('writes of %p, which is no error, what can do no harm', (thrown, message) => {
    const { logger, read } = aLogger();

    logger.error({ message: 'Broke', err: thrown });

    expect(read()[0].err).toEqual({ message });
  });

  it.each(['accessToken', 'authorization', 'password', 'x-api-key', 'hub.verify_token'])('hides %s', (name) => {
    const { logger, lines } = aLogger();

    logger.log({ message: 'Asked', [name]: 'EAAG-secret', headers: { [name]: 'EAAG-secret' } });

    expect(lines.join()).toContain('Asked');
    expect(lines.join()).not.toContain('EAAG-secret');
  });

  it.each([true, false])('writes a line for whatever it is given (in production: %p)', (production) => {
    const { logger, lines } = aLogger({ production });
    const circle: Record<string, unknown> = { message: 'round', password: null };
    circle.self = circle;
    const odd = [undefined, null, Symbol('sign'), 10n, () => 1, [], ['a'], new Map(), Object.create(null), circle];

    for (const given of odd) {
      logger.warn(given);
      logger.error('Broke', given, given);
      logger.error({ message: given, err: given, count: 10n });
    }

    expect(lines).toHaveLength(3 * odd.length);
  });

  it('keeps silent below its level, and about Nest’s wiring unless it debugs', () => {
    const { logger, lines } = aLogger();

    logger.debug('detail');
    logger.verbose('more detail');
    logger.log('Mapped {/health, GET} route', 'RouterExplorer');

    expect(lines).toEqual([]);
  });

  it('writes one readable line outside production, and the stack under it', () => {
    const { logger, lines } = aLogger({ production: false });

    logger.warn({ message: 'Swept the outbox', released: 2, reason: 'lease\nover', err: new Error('why') }, 'Sweeper');

    expect(lines).toEqual([
      expect.stringMatching(
        /^\d\d:\d\d:\d\d\.\d{3} warn {2}Sweeper Swept the outbox released=2 reason="lease\\nover"\nError: why\n {4}at /,
      ),
    ]);
  });
});
