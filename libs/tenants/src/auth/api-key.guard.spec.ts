import 'reflect-metadata';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';

import { AppConfig, ClientAddress, ProblemFilter } from '#common';

import { type Scope, SCOPES } from '../api-keys/api-key.entity.ts';
import { ApiKeyService } from '../api-keys/api-key.service.ts';
import { RequestQuotas } from '../rate-limit/request-quotas.ts';
import { Strangers } from '../rate-limit/strangers.ts';
import { TenantDirectory } from '../tenants/tenant.directory.ts';
import { Admission } from './admission.ts';
import { ApiKeyGuard } from './api-key.guard.ts';
import { CurrentCaller } from './caller.decorator.ts';
import type { Actor, Caller } from './caller.ts';
import { Public, RequireScope } from './require-scope.decorator.ts';

const TENANT = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
const SUSPENDED = '0192f0c1-2b3c-7d4e-8f50-6172839405a8';
const ACTOR: Actor = { kind: 'api-key', id: '0192f0c1-2b3c-7d4e-8f50-6172839405a7', name: 'warehouse' };
const aCaller = (...scopes: Scope[]): Caller => ({ tenantId: TENANT, scopes, actor: ACTOR });

/** Each key is named for what its caller may do. */
const CALLERS = new Map<string, Caller>([
  ['reader', aCaller('messages:read')],
  ['sender', aCaller('messages:send')],
  ['almost-all', aCaller(...SCOPES.filter((scope) => scope !== 'admin'))],
  ['administrator', aCaller('admin')],
  ['suspended', { ...aCaller(...SCOPES), tenantId: SUSPENDED }],
]);

@Controller('messages')
@RequireScope('messages:read')
class MessagesController {
  @Get()
  list(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }

  @Get('send')
  @RequireScope('messages:send')
  send(): string {
    return 'sent';
  }

  @Get('health')
  @Public()
  health(): string {
    return 'ok';
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  open(): string {
    return 'done';
  }
}

let app: INestApplication;
let api: ReturnType<typeof supertest>;
let asked: string[];

beforeAll(async () => {
  const identify = (key: string) => {
    asked.push(key);
    return Promise.resolve(CALLERS.get(key));
  };
  const module = await Test.createTestingModule({
    controllers: [MessagesController, ForgottenController],
    providers: [
      { provide: APP_GUARD, useClass: ApiKeyGuard },
      Admission,
      { provide: ApiKeyService, useValue: { identify } },
      { provide: ClientAddress, useValue: new ClientAddress() },
      { provide: AppConfig, useValue: { requestLimits: { perKey: 0, perStranger: 0 } } },
      { provide: RequestQuotas, useValue: {} },
      { provide: Strangers, useValue: { quotaOf: () => undefined, note: () => undefined } },
      { provide: TenantDirectory, useValue: { isSuspended: (id: string) => id === SUSPENDED } },
    ],
  }).compile();
  app = module.createNestApplication({ logger: false });
  app.useGlobalFilters(new ProblemFilter());
  await app.listen(0, '127.0.0.1');
  api = supertest(app.getHttpServer());
});
beforeEach(() => {
  asked = [];
});
afterAll(() => app.close());

describe(ApiKeyGuard.name, () => {
  it.each([
    ['a bearer', { Authorization: 'Bearer reader' }],
    ['a bearer, whatever its case and blanks', { Authorization: 'bearer   reader ' }],
    ['X-API-Key', { 'X-API-Key': 'reader' }],
    ['X-API-Key beside another kind of authorization', { Authorization: 'Basic dTpw', 'X-API-Key': 'reader' }],
    ['a bearer, though X-API-Key names another', { Authorization: 'Bearer reader', 'X-API-Key': 'sender' }],
  ])('lets the caller in by %s, and tells the handler who it is', async (_how, headers) => {
    const { body } = await api.get('/messages').set(headers).expect(200);

    expect(body).toEqual({ tenantId: TENANT, scopes: ['messages:read'], actor: ACTOR });
  });

  it.each([
    ['no header', {}],
    ['an empty bearer', { Authorization: 'Bearer ' }],
    ['an empty X-API-Key', { 'X-API-Key': ' ' }],
    ['another kind of authorization', { Authorization: 'Basic dTpw' }],
    ['two words for a bearer', { Authorization: 'Bearer reader sender' }],
  ])('answers 401 to %s, and says how to send a key', async (_what, headers) => {
    const { body, headers: answered } = await api.get('/messages').set(headers).expect(401);

    expect(body).toMatchObject({ code: 'api-key-missing', detail: expect.stringContaining('Authorization: Bearer') });
    expect(answered['www-authenticate']).toBe('Bearer');
    expect(asked).toEqual([]);
  });

  it('answers 401 to a key that stands for nobody, without repeating it', async () => {
    const { body, text } = await api.get('/messages').set('X-API-Key', 'pal_nobody').expect(401);

    expect(body.code).toBe('api-key-invalid');
    expect(text).not.toContain('pal_nobody');
  });

  it('answers 403 to a key without the scope, and names it', async () => {
    const { body } = await api.get('/messages').set('X-API-Key', 'sender').expect(403);

    expect(body).toMatchObject({ code: 'scope-missing', detail: 'This API key lacks the scope messages:read.' });
  });

  it('asks for the scope of the handler rather than that of its class', async () => {
    await api.get('/messages/send').set('X-API-Key', 'sender').expect(200);
    await api.get('/messages/send').set('X-API-Key', 'reader').expect(403);
  });

  it('asks for admin where no scope is named, so that nothing is open by oversight', async () => {
    const { body } = await api.get('/forgotten').set('X-API-Key', 'almost-all').expect(403);
    await api.get('/forgotten').set('X-API-Key', 'administrator').expect(200);

    expect(body.detail).toContain('admin');
  });

  it('answers 403 to the key of a suspended tenant, whatever its scopes', async () => {
    const { body } = await api.get('/messages').set('X-API-Key', 'suspended').expect(403);

    expect(body).toMatchObject({ code: 'tenant-suspended', detail: expect.stringContaining('resumes it') });
  });

  it('asks for nothing where the handler is public', async () => {
    await api.get('/messages/health').set('X-API-Key', 'pal_nobody').expect(200);

    expect(asked).toEqual([]);
  });
});
