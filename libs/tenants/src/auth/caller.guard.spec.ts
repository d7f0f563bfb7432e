import 'reflect-metadata';

import type { IncomingMessage } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';

import { AppConfig, ClientAddress, currentTenants, ProblemFilter, runInRequest, type TenantScope } from '#common';

import { type Scope, SCOPES } from '../api-keys/api-key.entity.ts';
import { ApiKeyService } from '../api-keys/api-key.service.ts';
import type { Person } from '../people/person.entity.ts';
import type { PersonRole } from '../people/role.ts';
import { RequestQuotas } from '../rate-limit/request-quotas.ts';
import { Strangers } from '../rate-limit/strangers.ts';
import { SessionCookie } from '../sessions/cookies.ts';
import { csrfTokenOf } from '../sessions/csrf.ts';
import type { PersonSession } from '../sessions/session.repository.ts';
import { SessionService } from '../sessions/session.service.ts';
import { TenantDirectory } from '../tenants/tenant.directory.ts';
import { Admission } from './admission.ts';
import { Authenticator } from './authenticator.ts';
import { CurrentCaller, CurrentSession } from './caller.decorator.ts';
import { CallerGuard } from './caller.guard.ts';
import type { Actor, Caller } from './caller.ts';
import { ForPeople, Public, RequireScope } from './require-scope.decorator.ts';

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

const aSession = (role: PersonRole, change: Partial<Person & PersonSession> = {}): PersonSession => {
  const person = { id: 'id of ana', name: 'Ana', role, tenantId: TENANT, passwordIsTemporary: false, ...change };
  return { id: 'id of the session', method: 'password', ...change, person } as unknown as PersonSession;
};

/** What a browser's cookie holds is named for who is signed in there. */
const SESSIONS = new Map<string, PersonSession>([
  ['viewer', aSession('viewer')],
  ['operator', aSession('operator')],
  ['admin', aSession('admin')],
  ['platform-admin', aSession('platform-admin', { tenantId: null })],
  ['newcomer', aSession('admin', { passwordIsTemporary: true })],
  ['provided', aSession('admin', { passwordIsTemporary: true, method: 'provider' })],
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

  @Post()
  @RequireScope('messages:send')
  post(): string {
    return 'sent';
  }

  @Get('tenants')
  tenants(): TenantScope {
    return currentTenants();
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

@Controller('me')
@ForPeople()
class MeController {
  @Get()
  name(@CurrentSession() { person }: PersonSession): string {
    return person.name;
  }
}

let app: INestApplication;
let api: ReturnType<typeof supertest>;
let asked: string[];
/** Callers whose keys were good a moment ago. */
let remembered: Map<string, Caller>;

beforeAll(async () => {
  const identify = (key: string) => {
    asked.push(key);
    return Promise.resolve(CALLERS.get(key));
  };
  const module = await Test.createTestingModule({
    controllers: [MessagesController, ForgottenController, MeController],
    providers: [
      { provide: APP_GUARD, useClass: CallerGuard },
      { provide: ApiKeyService, useValue: { identify, recall: (key: string) => remembered.get(key) } },
      { provide: SessionService, useValue: { identify: (token: string) => Promise.resolve(SESSIONS.get(token)) } },
      { provide: AppConfig, useValue: { production: false, requestLimits: { perKey: 0, perStranger: 0 } } },
      SessionCookie,
      Authenticator,
      Admission,
      { provide: ClientAddress, useValue: new ClientAddress() },
      { provide: RequestQuotas, useValue: {} },
      { provide: Strangers, useValue: { quotaOf: () => undefined, note: () => undefined } },
      { provide: TenantDirectory, useValue: { isSuspended: (id: string) => id === SUSPENDED } },
    ],
  }).compile();
  app = module.createNestApplication({ logger: false });
  app.use((request: IncomingMessage, _response: unknown, next: () => void) =>
    runInRequest({ id: 'a-request', request }, next),
  );
  app.useGlobalFilters(new ProblemFilter());
  await app.listen(0, '127.0.0.1');
  api = supertest(app.getHttpServer());
});
beforeEach(() => {
  asked = [];
  remembered = new Map();
});
afterAll(() => app.close());

describe(CallerGuard.name, () => {
  it('asks nobody about a key that was good a moment ago, and holds it to its scopes all the same', async () => {
    remembered = CALLERS;

    await api.get('/messages').set('X-API-Key', 'reader').expect(200);
    await api.get('/messages/send').set('X-API-Key', 'reader').expect(403);
    await api.get('/messages/send').set('X-API-Key', 'suspended').expect(403);

    expect(asked).toEqual([]);
  });

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

  it('lets the handler see what is its caller’s in the database', async () => {
    const { body } = await api.get('/messages/tenants').set('X-API-Key', 'reader').expect(200);

    expect(body).toEqual({ tenantId: TENANT });
  });

  it('asks for nothing where the handler is public', async () => {
    await api.get('/messages/health').set('X-API-Key', 'pal_nobody').expect(200);

    expect(asked).toEqual([]);
  });
});

describe('a session', () => {
  const signedIn = (who: string) => ({ Cookie: `theme=dark; palomar_session=${who}` });
  const ownPage = (who: string) => ({
    ...signedIn(who),
    'Sec-Fetch-Site': 'same-origin',
    'X-CSRF-Token': csrfTokenOf(who),
  });

  it('lets a person in, with what the role may do, and tells the handler who it is', async () => {
    const { body } = await api.get('/messages').set(signedIn('viewer')).expect(200);

    expect(body).toEqual({
      tenantId: TENANT,
      scopes: ['messages:read', 'templates:read', 'statistics:read'],
      actor: { kind: 'person', id: 'id of ana', name: 'Ana' },
    });
  });

  it.each([
    ['viewer', 200, 403, 403],
    ['operator', 200, 200, 403],
    ['admin', 200, 200, 200],
    ['platform-admin', 200, 200, 200],
  ])('of a %s reads, sends and administers with %i, %i and %i', async (who, reads, sends, administers) => {
    const { status: read } = await api.get('/messages').set(signedIn(who));
    const { status: sent } = await api.get('/messages/send').set(signedIn(who));
    const { status: administered } = await api.get('/forgotten').set(signedIn(who));

    expect([read, sent, administered]).toEqual([reads, sends, administers]);
  });

  it('that lacks a scope is told that it is the role that lacks it', async () => {
    const { body } = await api.get('/messages/send').set(signedIn('viewer')).expect(403);

    expect(body).toMatchObject({ code: 'scope-missing', detail: expect.stringContaining('Your role lacks') });
  });

  it('that is over answers 401, and another word than where nothing was sent', async () => {
    const { body } = await api.get('/messages').set(signedIn('nobody')).expect(401);

    expect(body.code).toBe('session-over');
  });

  it('counts for nothing beside an API key', async () => {
    const { body } = await api
      .get('/messages')
      .set({ ...signedIn('admin'), 'X-API-Key': 'reader' })
      .expect(200);
    await api
      .get('/messages')
      .set({ ...signedIn('admin'), 'X-API-Key': 'pal_nobody' })
      .expect(401);

    expect(body.actor).toEqual(ACTOR);
  });

  it('does nothing before a password that an admin gave is changed, unless the identity provider let it in', async () => {
    const { body } = await api.get('/messages').set(signedIn('newcomer')).expect(403);
    await api.get('/messages').set(signedIn('provided')).expect(200);
    await api.get('/me').set(signedIn('newcomer')).expect(200);

    expect(body.code).toBe('password-change-required');
  });

  it('is what routes for people ask for, of whatever role, and no API key will do', async () => {
    await api.get('/me').set(signedIn('viewer')).expect(200, 'Ana');
    const { body } = await api.get('/me').set('X-API-Key', 'administrator').expect(401);

    expect(body.code).toBe('session-missing');
  });

  it.each([
    ['from its own page', {}, 201],
    [
      'from a page of the same address, by a browser that names its origin only',
      { 'Sec-Fetch-Site': undefined, Origin: 'own' },
      201,
    ],
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['from another host of the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['typed into the address bar', { 'Sec-Fetch-Site': 'none' }, 403],
    [
      'from another origin, by a browser that names it only',
      { 'Sec-Fetch-Site': undefined, Origin: 'http://evil.example' },
      403,
    ],
    ['from a page without an origin', { 'Sec-Fetch-Site': undefined, Origin: 'null' }, 403],
    ['from nobody knows where', { 'Sec-Fetch-Site': undefined }, 403],
    ['without a token', { 'X-CSRF-Token': undefined }, 403],
    ['with the token of another session', { 'X-CSRF-Token': csrfTokenOf('admin') }, 403],
  ])('decides on a change that comes %s', async (_from, change: Record<string, string | undefined>, expected) => {
    const own = await app.getUrl();
    const headers = Object.entries({ ...ownPage('operator'), ...change }).filter((pair) => pair[1] !== undefined);

    const { status } = await api
      .post('/messages')
      .set(Object.fromEntries(headers.map(([name, value]) => [name, value === 'own' ? own : value])));

    expect(status).toBe(expected);
  });

  it('needs no token beside an API key, wherever the request comes from', async () => {
    await api.post('/messages').set({ 'X-API-Key': 'sender', 'Sec-Fetch-Site': 'cross-site' }).expect(201);
  });
});
