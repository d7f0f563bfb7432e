import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { freePort } from '#embedded';

import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('operations', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  it('is live and ready without a key, and says that the broker is off', async () => {
    await app.anonymous.get('/health/live').expect(200, { status: 'ok' });
    const { body } = await app.anonymous.get('/health/ready').expect(200);

    expect(body).toMatchObject({
      status: 'ok',
      details: { database: { status: 'up' }, rabbitmq: { status: 'up' }, dispatcher: { status: 'up' } },
    });
    expect(body.details.rabbitmq.message).toMatch(/RABBITMQ_URL/);
  });

  it.each([
    ['PUT', '/api/v1/whatsapp/messages', 'GET, HEAD, POST'],
    ['DELETE', '/api/v1/whatsapp/messages/an-id', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['GET', '/api/send-message/', 'POST'],
  ])('says of %s %s what the path takes', async (method, path, allowed) => {
    const response = await app.api[method.toLowerCase() as 'put'](path).expect(405);

    expect(response.headers).toMatchObject({
      allow: allowed,
      'content-type': 'application/problem+json; charset=utf-8',
    });
    expect(response.body).toMatchObject({ code: 'method-not-allowed', detail: expect.stringContaining(allowed) });
  });

  it.each(['/', '/api/v1', '/api/v1/whatsapp/messages/a/b', '/api/v1/whatsapp/nothing?a=/health/live'])(
    'does not know the path %s',
    async (path) => {
      const { body, headers } = await app.api.post(path).expect(404);

      expect(body.code).toBe('route-not-found');
      expect(headers).not.toHaveProperty('allow');
    },
  );

  it('describes every route in OpenAPI 3.1', async () => {
    const { body } = await app.anonymous.get('/docs/openapi.json').expect(200);

    expect(body.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/whatsapp/messages',
        '/api/v1/whatsapp/messages/{id}',
        '/api/v1/whatsapp/templates',
        '/api/v1/whatsapp/templates/{name}',
        '/api/v1/whatsapp/templates/{name}/{language}',
        '/api/v1/whatsapp/templates/library',
        '/api/v1/whatsapp/templates/setup',
        '/api/v1/whatsapp/contacts',
        '/api/v1/whatsapp/contacts/{id}',
        '/api/v1/whatsapp/webhook',
        '/api/v1/whatsapp/health',
        '/api/v1/po-events',
        '/health/ready',
      ]),
    );
    await app.anonymous.get('/docs').expect(200).expect('Content-Type', /html/);
  });

  it('makes, lists and revokes API keys by command', async () => {
    const id = await runKeys('create', '--name', 'procurement', '--tenant', TENANT, '--scopes', 'messages:read');
    const [, keyId, key] = /Key (\S+) is made\..*\n(\S+)/.exec(id.stdout) ?? [];
    const ask = () => app.anonymous.get('/api/v1/whatsapp/messages').set('Authorization', `Bearer ${key}`);

    await ask().expect(200);
    expect((await runKeys('list')).stdout).toContain(`${keyId}  ${key?.slice(0, 10)}…  procurement  ${TENANT}`);
    expect((await runKeys('list')).stdout).not.toContain(key);
    await runKeys('revoke', String(keyId));

    await ask().expect(401);
    const { body } = await app.api.get('/api/v1/audit').query({ object_id: keyId }).expect(200);
    expect(body.data).toMatchObject([
      { action: 'api-key.revoked', before: { state: 'active' }, after: { state: 'revoked' }, tenant_id: TENANT },
      { action: 'api-key.created', before: null, actor: { kind: 'environment', name: 'command line' } },
    ]);
    expect(JSON.stringify(body)).not.toContain(key);
  });

  it('makes, lists and changes people by command, which the audit log tells without their passwords', async () => {
    const email = `ana-${newId()}@example.com`;
    const made = await run('people', [
      'create',
      '--email',
      email,
      '--name',
      'Ana García',
      '--role',
      'viewer',
      '--tenant',
      TENANT,
    ]);
    const reset = await run('people', ['reset-password', email]);
    const disabled = await run('people', ['disable', email]);
    const listed = await run('people', ['list']);
    const enabled = await run('people', ['enable', email]);

    expect([made, reset, disabled, enabled].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(listed.stdout).toContain(`${email}  Ana García  viewer  ${TENANT}  disabled`);
    const { body } = await app.api.get('/api/v1/audit').query({ object: 'person', tenant_id: TENANT }).expect(200);
    expect(body.data).toMatchObject([
      { action: 'person.enabled', before: { state: 'disabled' }, after: { state: 'active' } },
      { action: 'person.disabled', before: { state: 'active' }, after: { state: 'disabled' } },
      { action: 'person.password-reset', actor: { kind: 'environment', name: 'command line' } },
      { action: 'person.created', before: null, after: { name: 'Ana García', role: 'viewer' } },
    ]);
    for (const { stdout } of [made, reset]) {
      const [password] = stdout.trim().split('\n').slice(-1);
      expect(password).toMatch(/^\S{10,}$/);
      expect(JSON.stringify(body)).not.toContain(password);
    }
  });

  it('verifies the audit log by command, up to a head that was noted', async () => {
    await runKeys('create', '--name', 'procurement', '--tenant', TENANT, '--scopes', 'messages:read');
    const untouched = await verify();
    const [, head] = /(\d+:[0-9a-f]{64})/.exec(untouched.stdout) ?? [];
    const noted = await verify('--noted', String(head));
    await app.database.query('ALTER TABLE audit_entries DISABLE TRIGGER USER');
    await app.database.query(`UPDATE audit_entries SET actor_name = 'somebody else' WHERE sequence = 1`);
    const changed = await verify();

    expect([untouched.code, noted.code, changed.code]).toEqual([0, 0, 1]);
    expect(untouched.stdout).toMatch(/^The audit log is as it was written: \d+ entr(y|ies)\./);
    expect(changed.stdout).toMatch(/broken at entry 1: it was changed/);
    expect(await verify('--noted', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('--noted must be') });
  });

  it.each([
    [[], /Usage/],
    [['create', '--tenant', TENANT, '--scopes', 'admin'], /--name/],
    [['create', '--name', 'x', '--scopes', 'admin'], /--tenant/],
    [['create', '--name', 'x', '--tenant', 'nope', '--scopes', 'admin'], /UUID/],
    [['create', '--name', 'x', '--tenant', TENANT, '--scopes', 'everything'], /everything/],
    [['revoke', 'nope'], /no key/],
    [['list', '--colour', 'red'], /'--colour'[^]*Usage/],
  ])('refuses the key command %j with what is missing', async (args, told) => {
    const { stderr, code } = await runKeys(...args);

    expect([code, stderr]).toEqual([1, expect.stringMatching(told)]);
  });

  const runKeys = (...args: string[]) => run('api-keys', args);
  const verify = (...args: string[]) => run('audit-verify', args);

  async function run(command: string, args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
    const program = join(ROOT, `apps/api/src/commands/${command}.ts`);
    const running = promisify(execFile)(
      process.execPath,
      ['--import', './test/support/typescript.mjs', program, ...args],
      {
        cwd: ROOT,
        env: { PATH: process.env.PATH, DATABASE_URL: app.databaseUrl },
      },
    );
    return running.then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      (failed: { stdout: string; stderr: string; code: number }) => failed,
    );
  }
});

describe('with a broker that is away', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { RABBITMQ_URL: `amqp://guest:guest@127.0.0.1:${await freePort()}` } });
  });

  afterAll(() => app.stop());

  it('serves HTTP, and is not ready, with the reason', async () => {
    await app.anonymous.get('/health/live').expect(200);
    await app.api.get('/api/v1/whatsapp/messages').expect(200);
    const { body } = await app.anonymous.get('/health/ready').expect(503);

    expect(body.error.rabbitmq.status).toBe('down');
    expect(body.error.rabbitmq.message).toMatch(/connects again/);
  });
});

describe('a database that goes away', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  it('is healed by new connections when it cuts the old ones', async () => {
    await app.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );

    await eventually(() => app.anonymous.get('/health/ready').expect(200));
    await eventually(() => app.api.get('/api/v1/whatsapp/messages').expect(200));
  });
});
