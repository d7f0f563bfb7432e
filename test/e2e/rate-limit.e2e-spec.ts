import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';

import { aPhone } from '../factories/messages.ts';
import { ADMIN_KEY, DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';
const KEYS = '/api/v1/api-keys';
const STRANGERS = 5;

describe.each(DOORS)('limits of requests, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
  });

  afterAll(() => app.stop());

  const aKey = async (change: object = {}): Promise<{ id: string; key: string }> => {
    const scopes = ['messages:send', 'messages:read', 'admin'];
    return (
      await app.api
        .post(KEYS)
        .send({ name: 'shop', tenant_id: TENANT, scopes, ...change })
        .expect(201)
    ).body;
  };
  const send = (key: string, body: object = { to: aPhone(), text: 'Hola' }) =>
    app.anonymous.post(MESSAGES).set('X-API-Key', key).send(body);

  it('are told with every answer, good or bad, and counted down', async () => {
    const { key } = await aKey({ requests_per_minute: 5 });

    const answers = [await send(key).expect(202), await send(key, { to: 'nobody' }).expect(422)];
    answers.push(await app.anonymous.get(MESSAGES).set('X-API-Key', key).expect(200));

    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(Array(3).fill('"key";q=5;w=60'));
    expect(answers.map(({ headers }) => headers.ratelimit)).toEqual([
      expect.stringMatching(/^"key";r=4;t=(60|5\d)$/),
      expect.stringMatching(/^"key";r=3;t=(60|5\d)$/),
      expect.stringMatching(/^"key";r=2;t=(60|5\d)$/),
    ]);
  });

  it('refuse what is more, and let through whoever comes back when they say', async () => {
    const { id, key } = await aKey({ requests_per_minute: 2 });
    await app.database.query(`INSERT INTO api_key_quotas VALUES ($1, now() + interval '2 seconds', 0)`, [id]);
    await send(key).expect(202);
    await send(key).expect(202);

    const { body, headers } = await send(key).expect(429);
    const seconds = Number(headers['retry-after']);

    expect(body).toMatchObject({ code: 'rate-limited', detail: expect.stringContaining('2 requests a minute') });
    expect(headers.ratelimit).toBe(`"key";r=0;t=${seconds}`);
    expect([1, 2]).toContain(seconds);
    await pause(seconds * 1_000);
    await send(key).expect(202);
  });

  it('take many messages in one request for one', async () => {
    const { key } = await aKey({ requests_per_minute: 5 });
    const messages = Array.from({ length: 20 }, () => ({ to: aPhone(), text: 'Hola' }));

    const { headers } = await app.anonymous.post(`${MESSAGES}/bulk`).set('X-API-Key', key).send({ messages });

    expect(headers.ratelimit).toMatch(/^"key";r=4;/);
  });

  it('are none for the key of the environment, and for a key whose limit is 0', async () => {
    const { key } = await aKey({ requests_per_minute: 0 });

    const answers = [await send(key).expect(202)];
    answers.push(await send(ADMIN_KEY, { tenant_id: TENANT, to: aPhone(), text: 'Hola' }).expect(202));

    for (const { headers } of answers) expect(headers).not.toHaveProperty('ratelimit');
  });

  it('are changed with a platform key only, and kept by a key that takes the place of another', async () => {
    const { id, key } = await aKey({ requests_per_minute: 2 });
    const admin = { 'X-API-Key': key };
    const tenants = [
      await app.anonymous.patch(`${KEYS}/${id}`).set(admin).send({ requests_per_minute: 1_000 }).expect(403),
      await app.anonymous
        .post(KEYS)
        .set(admin)
        .send({ name: 'more', scopes: ['admin'], requests_per_minute: 1_000 })
        .expect(403),
    ];
    await send(key).expect(429);

    const changed = await app.api.patch(`${KEYS}/${id}`).send({ requests_per_minute: 100 }).expect(200);
    const replaced = await app.api.post(`${KEYS}/${id}/rotate`).expect(201);
    const back = await app.api.patch(`${KEYS}/${id}`).send({ requests_per_minute: null }).expect(200);

    expect(tenants.map(({ body }) => body.code)).toEqual(Array(2).fill('platform-key-required'));
    expect([changed, replaced, back].map(({ body }) => body.requests_per_minute)).toEqual([100, 100, null]);
    expect((await send(key).expect(202)).headers['ratelimit-policy']).toBe('"key";q=60000;w=60');
  });

  it.each([-1, 1.5, '10', 10_000_001, {}])('cannot be %p', async (limit) => {
    const { id } = await aKey();

    const { body } = await app.api.patch(`${KEYS}/${id}`).send({ requests_per_minute: limit }).expect(422);

    expect(body.errors).toEqual([{ field: 'requests_per_minute', message: expect.any(String) }]);
  });
});

describe('a limit that replicas share', () => {
  const LIMIT = 100;
  /** What one of them may hold while the other is busy. */
  const IDLE = 5;
  let apps: TestApp[];

  beforeAll(async () => {
    const first = await startTestApp();
    apps = [first, await startTestApp({ beside: first })];
  });

  afterAll(async () => {
    for (const app of apps.toReversed()) await app.stop();
  });

  it('lets no more through than one of them would, and hardly less', async () => {
    const made = { name: 'shop', tenant_id: TENANT, scopes: ['messages:read'], requests_per_minute: LIMIT };
    const { key } = (await apps[0]!.api.post(KEYS).send(made).expect(201)).body;
    const get = async ({ anonymous }: TestApp) =>
      (await anonymous.get(`${MESSAGES}?limit=1`).set('X-API-Key', key)).status;

    // One asks once and goes quiet, then all ask at once.
    const statuses = [await get(apps[0]!)];
    for (let round = 0; round < 10; round++) {
      const busy = Array.from({ length: 15 }, () => apps[1]!);
      statuses.push(...(await Promise.all(busy.map(get))));
    }
    const fromBusy = statuses.filter((status) => status === 200).length;
    for (let each = 0; each < 2 * IDLE; each++) statuses.push(await get(apps[0]!));

    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(fromBusy).toBe(LIMIT - IDLE + 1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
  });
});

describe.each(DOORS)('wrong keys, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes, env: { UNAUTHENTICATED_REQUESTS_PER_MINUTE: String(STRANGERS) } });
  });

  afterAll(() => app.stop());

  it('are heard so often from one address, and keep nobody away whose key was good a moment ago', async () => {
    const scopes = ['messages:send'];
    const body = { name: 'shop', tenant_id: TENANT, scopes };
    const [known, unused] = [(await app.api.post(KEYS).send(body)).body, (await app.api.post(KEYS).send(body)).body];
    const send = (headers: Record<string, string>) =>
      supertest(app.url).post(MESSAGES).set(headers).send({ to: aPhone(), text: 'Hola' });
    await send({ 'X-API-Key': known.key }).expect(202);

    const statuses = [];
    for (let each = 0; each < STRANGERS; each++) statuses.push((await send({ 'X-API-Key': `guess-${each}` })).status);
    const refused = [await send({ 'X-API-Key': 'guess' }), await send({}), await send({ 'X-API-Key': unused.key })];

    expect(statuses).toEqual(Array(STRANGERS).fill(401));
    for (const answer of refused) {
      expect(answer.status).toBe(429);
      expect(answer.body.code).toBe('rate-limited');
      expect(answer.headers['ratelimit-policy']).toBe(`"address";q=${STRANGERS};w=60`);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    await send({ 'X-API-Key': known.key }).expect(202);
    await app.api.get(MESSAGES).expect(200);
    await app.anonymous.get('/health/live').expect(200);
  });
});
