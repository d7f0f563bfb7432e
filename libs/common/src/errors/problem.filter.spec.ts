import 'reflect-metadata';

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Body,
  Controller,
  ForbiddenException,
  Get,
  Param,
  Post,
  Res,
  ServiceUnavailableException,
  UnauthorizedException,
  ValidationPipe,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { IsOptional, IsString } from 'class-validator';
import express, { type NextFunction, type Request, type Response } from 'express';
import supertest from 'supertest';
import { QueryFailedError } from 'typeorm';

import { assertUtf8Json } from '../json-safety.ts';
import { PinoLoggerService } from '../logging/pino-logger.service.ts';
import { runInRequest } from '../request-context.ts';
import { AppError, ValidationError } from './app.error.ts';
import { validationExceptionFactory } from './field-errors.ts';
import { ProblemFilter } from './problem.filter.ts';

class NoteDto {
  @IsString()
  text: string;

  @IsOptional()
  @IsString()
  language?: string;
}

const failed = (code: string) =>
  new QueryFailedError('SELECT secret FROM vault', ['p'], Object.assign(new Error('driver says no'), { code }));

/** What a handler throws, by the name in the path. */
const THROWN: Record<string, () => unknown> = {
  refusal: () => new AppError(409, 'already-sent', 'It was sent already.'),
  fields: () => new ValidationError([{ field: 'template.parameters[2]', message: 'must be a text' }]),
  throttled: () => new AppError(429, 'too-many-requests', 'Slow down.', { retryAfterSeconds: 17 }),
  off: () => new AppError(503, 'notifications-disabled', 'Sending is switched off.'),
  unauthenticated: () => new UnauthorizedException(),
  forbidden: () => new ForbiddenException('Not yours.'),
  bad: () => new BadRequestException('Not so.', { cause: new Error('the reason within') }),
  unavailable: () => new ServiceUnavailableException({ database: 'postgresql://u:hunter2@db' }),
  bug: () => new TypeError("Cannot read properties of undefined (reading 'hunter2')"),
  'sql-fault': () => failed('42P01'),
  'no-error': () => 'hunter2',
  nothing: () => undefined,
  'our-uri-error': () => new URIError('hunter2'),
  'shutting-down': () => failed('57P01'),
  'starting-up': () => failed('57P03'),
  'connection-fault': () => failed('08006'),
  refused: () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
  cut: () => new Error('Connection terminated unexpectedly'),
  'pool-full': () => new Error('timeout exceeded when trying to connect'),
};

/** More than a socket takes at once: it is still on its way when the handler throws. */
const LONG = 'all of it'.repeat(1_000_000);

@Controller()
class ProbeController {
  @Get('throw/:what')
  fail(@Param('what') what: string): never {
    throw THROWN[what]!();
  }

  @Get('half')
  half(@Res() response: Response): never {
    response.write('half of it');
    throw new Error('broke in the middle');
  }

  @Get('whole')
  whole(@Res() response: Response): never {
    response.send(LONG);
    throw new Error('broke afterwards');
  }

  @Post('notes')
  note(@Body() note: NoteDto): NoteDto {
    return note;
  }
}

let app: NestExpressApplication;
let api: ReturnType<typeof supertest>;
let logLines: string[];

beforeAll(async () => {
  const module = await Test.createTestingModule({ controllers: [ProbeController] }).compile();
  app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  app.use((request: Request, _response: Response, next: NextFunction) =>
    runInRequest({ id: request.get('x-request-id') ?? 'req-0', request }, next),
  );
  app.use(
    express.json({ type: () => true, limit: '2kb', verify: (_request, _response, body) => assertUtf8Json(body, 4) }),
  );
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      validationError: { target: true },
      exceptionFactory: validationExceptionFactory,
    }),
  );
  app.useGlobalFilters(new ProblemFilter());
  await app.listen(0, '127.0.0.1');
  app.useLogger(
    new PinoLoggerService({ production: true, logLevel: 'info' }, { write: (line) => void logLines.push(line) }),
  );
  api = supertest(app.getHttpServer());
});
beforeEach(() => {
  logLines = [];
});
afterAll(() => app.close());

const logged = () => logLines.map((line) => JSON.parse(line));
const postNote = (body: string | Buffer, headers: Record<string, string> = {}) => {
  const post = api.post('/notes').set({ 'content-type': 'application/json', ...headers });
  return post.serialize((given) => given as string).send(body);
};

describe(ProblemFilter.name, () => {
  it('answers a foreseen refusal as problem+json, with the path but not the query', async () => {
    const { body, headers, status } = await api.get('/throw/refusal?token=hunter2').set('x-request-id', 'req-7');

    expect(status).toBe(409);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'urn:palomar:problem:already-sent',
      title: 'Conflict',
      status: 409,
      detail: 'It was sent already.',
      instance: '/throw/refusal',
      code: 'already-sent',
      request_id: 'req-7',
    });
  });

  it('lists the bad fields of a refusal', async () => {
    const { body } = await api.get('/throw/fields').expect(422);

    expect(body).toMatchObject({
      code: 'validation-failed',
      errors: [{ field: 'template.parameters[2]', message: 'must be a text' }],
    });
  });

  it('says when to come back: what the error knows, else a few seconds for 503', async () => {
    const throttled = await api.get('/throw/throttled').expect(429);
    const off = await api.get('/throw/off').expect(503);
    const refused = await api.get('/throw/refusal');

    expect(throttled.headers['retry-after']).toBe('17');
    expect(off.headers['retry-after']).toBe('5');
    expect(refused.headers).not.toHaveProperty('retry-after');
  });

  it('names the scheme that a 401 asks for', async () => {
    const { body, headers } = await api.get('/throw/unauthenticated').expect(401);

    expect(body.code).toBe('not-authenticated');
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['forbidden', 403, 'forbidden', 'Not yours.'],
    ['bad', 400, 'request-invalid', 'Not so.'],
    ['unavailable', 503, 'unavailable', 'Not available now; try again.'],
  ])('answers the framework’s refusal "%s" with %i %s', async (what, status, code, detail) => {
    const { body } = await api.get(`/throw/${what}`).expect(status);

    expect(body).toMatchObject({ code, detail });
  });

  it.each(['bug', 'sql-fault', 'no-error', 'nothing', 'our-uri-error'])(
    'answers the surprise "%s" with a fixed text, and logs the cause with the request id',
    async (what) => {
      const answer = await api.get(`/throw/${what}`).set('x-request-id', 'req-8').expect(500);

      expect(answer.body).toEqual({
        type: 'urn:palomar:problem:internal-error',
        title: 'Internal error',
        status: 500,
        detail: 'Something went wrong on our side; the log has it under this request id.',
        instance: `/throw/${what}`,
        code: 'internal-error',
        request_id: 'req-8',
      });
      expect(logged()).toEqual([
        expect.objectContaining({ level: 50, requestId: 'req-8', path: `/throw/${what}`, context: ProblemFilter.name }),
      ]);
    },
  );

  it('logs the stack of a surprise', async () => {
    await api.get('/throw/bug');

    expect(logged()[0].err).toMatchObject({ name: 'TypeError', stack: expect.stringContaining('problem.filter.spec') });
  });

  it.each(['shutting-down', 'starting-up', 'connection-fault', 'refused', 'cut', 'pool-full'])(
    'answers "%s" of the database with 503 and Retry-After',
    async (what) => {
      const { body, headers } = await api.get(`/throw/${what}`).expect(503);

      expect(body).toMatchObject({ code: 'database-unavailable', title: 'Not available now' });
      expect(JSON.stringify(body)).not.toMatch(/vault|ECONN|5432/);
      expect(headers['retry-after']).toBe('5');
      expect(logged()).toEqual([expect.objectContaining({ level: 40, code: 'database-unavailable' })]);
    },
  );

  it('does not repeat the query of a route that does not exist', async () => {
    const { body } = await api.get('/nowhere?token=hunter2').expect(404);

    expect(body).toMatchObject({ code: 'route-not-found', instance: '/nowhere' });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('refuses a path that is no URL path', async () => {
    const { body } = await api.get('/throw/%FF').expect(400);

    expect(body).toMatchObject({ code: 'path-invalid', instance: '/throw/%FF' });
  });

  it('logs nothing of a caller’s mistake', async () => {
    await api.get('/throw/refusal').expect(409);
    await postNote('{').expect(400);

    expect(logLines).toEqual([]);
  });
});

describe('bodies that cannot be read', () => {
  it.each([
    ['that is not JSON', '{"text":', {}, 400, 'body-not-json'],
    ['that is too large', JSON.stringify({ text: 'x'.repeat(3_000) }), {}, 413, 'body-too-large'],
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'body-not-utf8'],
    ['that is nested too deep', '[[[[[1]]]]]', {}, 400, 'body-too-deep'],
    [
      'in a charset we do not read',
      '{}',
      { 'content-type': 'application/json; charset=x-y' },
      415,
      'charset-unsupported',
    ],
    ['in a compression we do not read', '{}', { 'content-encoding': 'lzma' }, 415, 'content-encoding-unsupported'],
    ['that is not in its compression', '{}', { 'content-encoding': 'gzip' }, 400, 'body-invalid'],
    ['that is not in its Brotli compression', '{}', { 'content-encoding': 'br' }, 400, 'body-invalid'],
  ] as const)('refuses one %s', async (_which, sent, headers, status, code) => {
    const { body } = await postNote(sent, { ...headers, 'x-request-id': 'req-9' }).expect(status);

    expect(body).toMatchObject({ code, instance: '/notes', request_id: 'req-9' });
    expect(logLines).toEqual([]);
  });

  it('repeats nothing of a body that is not JSON', async () => {
    const { text } = await postNote('{"password": hunter2}');

    expect(text).not.toContain('hunter2');
  });
});

describe('bodies that are not valid', () => {
  it('answers 422 with every bad field, and asks which known one was meant', async () => {
    const { body } = await postNote(JSON.stringify({ text: 5, langauge: 'es' })).expect(422);

    expect(body.errors).toEqual([
      { field: 'langauge', message: 'is not a known field; did you mean language?' },
      { field: 'text', message: 'must be a string' },
    ]);
  });

  it.each([
    ['no body', ''],
    ['an array', '[]'],
    ['an object for a text', '{"text":{"length":3}}'],
  ])('answers 422 to %s', async (_what, sent) => {
    const { body } = await postNote(sent).expect(422);

    expect(body.errors).toEqual([{ field: 'text', message: 'must be a string' }]);
  });
});

describe('answers that have begun', () => {
  /** The bytes that came, and whether the answer was complete. */
  async function fetchRaw(path: string): Promise<{ text: string; complete: boolean }> {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const [response] = await once(httpRequest({ port, path, host: '127.0.0.1' }).end(), 'response');
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
    await new Promise((closed) => response.on('close', closed));
    return { text, complete: response.complete };
  }

  it('are cut off, so that half of one does not look whole, and the cause is logged', async () => {
    const answer = await fetchRaw('/half');

    expect(answer).toEqual({ text: expect.not.stringContaining('internal-error'), complete: false });
    expect(logged()).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: 'broke in the middle' }) }),
    ]);
  });

  it('stay as they are when they were complete', async () => {
    const answer = await fetchRaw('/whole');

    expect(answer.complete).toBe(true);
    expect(answer.text).toHaveLength(LONG.length);
    expect(logged()).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: 'broke afterwards' }) }),
    ]);
  });
});
