import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aPerson, Browser, PASSWORD, signedInAs } from '../factories/people.ts';
import { movingClock } from '../support/moving-clock.ts';
import { DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ME = '/api/v1/auth/me';
const MESSAGES = '/api/v1/whatsapp/messages';
const MINUTE_MS = 60_000;

describe('signing in', () => {
  let app: TestApp;
  let pass: (ms: number) => void;
  let addresses = 0;

  beforeAll(async () => {
    app = await startTestApp({ env: { TRUSTED_PROXIES: 'loopback' } });
    pass = movingClock(app.nest);
  });

  afterAll(() => app.stop());

  /** From an address that nobody else in this file uses. */
  const aBrowser = () => new Browser(app, `198.51.100.${(addresses += 1)}`);
  const cookiesOf = (response: { headers: Record<string, unknown> }) =>
    (response.headers['set-cookie'] ?? []) as string[];
  const tokenOf = (response: { headers: Record<string, unknown> }) =>
    /palomar_session=([^;]+)/.exec(cookiesOf(response).join())?.[1];
  const withCookie = (path: string, token: string | undefined) =>
    app.anonymous.get(path).set('Cookie', `palomar_session=${token}`);

  it('gives a cookie that no script reads, and tells who is there', async () => {
    const { id, email } = await aPerson(app, 'operator');

    const response = await aBrowser().signIn(email.toUpperCase());

    expect(cookiesOf(response)).toEqual([
      expect.stringMatching(/^palomar_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Expires=/),
    ]);
    expect(response.body).toEqual({
      person_id: id,
      email,
      name: 'Ana García',
      role: 'operator',
      tenant_id: TENANT,
      scopes: ['messages:read', 'templates:read', 'statistics:read', 'messages:send'],
      must_change_password: false,
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      expires_at: expect.any(String),
    });
  });

  it('is told in the audit log, and so is who was refused, without a word of the password', async () => {
    const { id, email } = await aPerson(app, 'operator');
    const browser = aBrowser();
    await browser.signIn(email, 'not the password of Ana');
    await browser.signIn(email);
    await browser.post('/api/v1/auth/sign-out').expect(204);

    const { body } = await app.api.get('/api/v1/audit').query({ object_id: id }).expect(200);

    expect(body.data.toReversed()).toMatchObject([
      { action: 'session.started', outcome: 'refused', actor: { kind: 'anonymous', id: null } },
      { action: 'session.started', outcome: 'done', actor: { kind: 'person', id }, tenant_id: TENANT },
      { action: 'session.ended', outcome: 'done', actor: { kind: 'person', id } },
    ]);
    expect(JSON.stringify(body)).not.toContain('not the password');
    expect(JSON.stringify(body)).not.toContain(email);
  });

  it('keeps of the cookie only a hash', async () => {
    const { person } = await signedInAs(app, 'viewer');
    const token = tokenOf(await aBrowser().signIn(person.email));

    const rows = await app.database.query(`SELECT to_jsonb(s)::text AS row FROM sessions s WHERE person_id = $1`, [
      person.id,
    ]);

    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('answers in the same words, whether the address, the password or the account is wrong', async () => {
    const { email } = await aPerson(app, 'viewer');
    const disabled = await aPerson(app, 'viewer');
    await app.api.post(`/api/v1/people/${disabled.id}/disable`).expect(200);

    const answers = [
      await aBrowser().signIn(email, 'not the right password'),
      await aBrowser().signIn(`nobody-${newId()}@example.com`),
      await aBrowser().signIn(disabled.email),
    ].map(({ status, body: { request_id: _, ...body } }) => ({ status, body }));

    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'sign-in-refused' } });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('ends the session that the browser had, and begins another', async () => {
    const { email } = await aPerson(app, 'viewer');
    const browser = aBrowser();

    const first = tokenOf(await browser.signIn(email));
    const second = tokenOf(await browser.signIn(email));

    expect(second).not.toBe(first);
    await withCookie(ME, first).expect(401);
    await withCookie(ME, second).expect(200);
  });

  it('is refused from a page of another origin', async () => {
    const { email } = await aPerson(app, 'viewer');

    const { body } = await app.anonymous
      .post('/api/v1/auth/sign-in')
      .set('Origin', 'http://evil.example')
      .send({ email, password: PASSWORD })
      .expect(403);

    expect(body.code).toBe('origin-foreign');
  });

  it.each<[object, string]>([
    [{ email: 'ana', password: 'a' }, 'email'],
    [{ email: 'a\0na@example.com', password: 'a' }, 'email'],
    [{ email: 'ana@example.com', password: 1 }, 'password'],
    [{ email: ['ana@example.com'], password: 'a' }, 'email'],
    [{ email: 'ana@example.com', password: 'a'.repeat(1_025) }, 'password'],
    [{ email: 'ana@example.com', password: 'a', remember: true }, 'remember'],
  ])('refuses %j', async (body, field) => {
    const response = await app.anonymous.post('/api/v1/auth/sign-in').set('Origin', app.url).send(body).expect(422);

    expect(response.body.errors).toEqual([expect.objectContaining({ field })]);
  });

  it.each(['\ud800'.repeat(12), 'a\0'.repeat(6), '𐀀'.repeat(500)])(
    'takes any password, and finds it wrong',
    async (password) => {
      expect((await aBrowser().signIn(`nobody-${newId()}@example.com`, password)).status).toBe(401);
    },
  );

  describe('after failures', () => {
    const fail = async (browser: Browser, email: string, times: number) => {
      for (let each = 0; each < times; each++) {
        expect((await browser.signIn(email, 'not the right password')).status).toBe(401);
      }
    };

    it.each(['somebody', 'nobody'])('makes %s wait, twice as long each time, the right password too', async (who) => {
      const email = who === 'nobody' ? `nobody-${newId()}@example.com` : (await aPerson(app, 'viewer')).email;
      const browser = aBrowser();
      await fail(browser, email, 5);

      const first = await browser.signIn(email);
      pass(1_000);
      await fail(browser, email, 1);
      const second = await browser.signIn(email);

      expect(first.body).toMatchObject({ code: 'sign-in-locked', detail: expect.stringContaining('in a second') });
      expect([first, second].map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
        [429, '1'],
        [429, '2'],
      ]);
    });

    it('begins anew after a success', async () => {
      const { email } = await aPerson(app, 'viewer');
      const browser = aBrowser();
      await fail(browser, email, 4);
      await browser.signIn(email);
      await fail(browser, email, 4);

      expect((await browser.signIn(email)).status).toBe(200);
    });

    it('from many addresses makes the account wait, but not where its owner was before', async () => {
      const { email } = await aPerson(app, 'viewer');
      const home = aBrowser();
      await home.signIn(email);
      for (let each = 0; each < 20; each++) await fail(aBrowser(), email, 1);

      const elsewhere = await aBrowser().signIn(email);
      const atHome = await home.signIn(email);

      expect([elsewhere.status, elsewhere.headers['retry-after'], atHome.status]).toEqual([429, '1', 200]);
    });

    it('lets no more attempts through when they come all at once', async () => {
      const { email } = await aPerson(app, 'viewer');
      const browser = aBrowser();

      const answers = await Promise.all(
        Array.from({ length: 12 }, () => browser.signIn(email, 'not the right password')),
      );

      expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
    });
  });

  describe('and being signed in', () => {
    it('ends an hour after the last use', async () => {
      const { browser } = await signedInAs(app, 'viewer');
      pass(59 * MINUTE_MS);
      await browser.get(ME).expect(200);
      pass(59 * MINUTE_MS);
      await browser.get(ME).expect(200);
      pass(60 * MINUTE_MS);

      const { body } = await browser.get(ME).expect(401);

      expect(body.code).toBe('session-over');
    });

    it('ends after a day, however much it is used', async () => {
      const { browser } = await signedInAs(app, 'viewer');
      for (let halfHours = 0; halfHours < 47; halfHours++) {
        pass(30 * MINUTE_MS);
        await browser.get(ME).expect(200);
      }
      pass(30 * MINUTE_MS);

      await browser.get(ME).expect(401);
    });

    it('ends by signing out, which takes the cookie away', async () => {
      const { browser, person } = await signedInAs(app, 'viewer');
      const token = tokenOf(await browser.signIn(person.email));

      const response = await browser.post('/api/v1/auth/sign-out').expect(204);

      expect(cookiesOf(response)).toEqual([expect.stringMatching(/^palomar_session=; .*Max-Age=0$/)]);
      await withCookie(ME, token).expect(401);
    });

    it('shows where, and ends there', async () => {
      const { person, browser } = await signedInAs(app, 'viewer');
      const other = aBrowser();
      await other.signIn(person.email);
      const { browser: stranger } = await signedInAs(app, 'admin');

      const { body } = await browser.get('/api/v1/auth/sessions').expect(200);
      const [otherSession, ownSession] = body.data;

      expect([otherSession.current, ownSession.current, ownSession.address]).toEqual([false, true, '203.0.113.1']);
      await stranger.delete(`/api/v1/auth/sessions/${otherSession.id}`).expect(404);
      await browser.delete('/api/v1/auth/sessions/a').expect(404);
      await browser.delete(`/api/v1/auth/sessions/${otherSession.id}`).expect(204);
      await other.get(ME).expect(401);
      await browser.get(ME).expect(200);
    });

    it('ends everywhere else when that is asked for', async () => {
      const { person, browser } = await signedInAs(app, 'viewer');
      const other = aBrowser();
      await other.signIn(person.email);

      await browser.delete('/api/v1/auth/sessions').expect(204);

      await other.get(ME).expect(401);
      await browser.get(ME).expect(200);
    });

    it.each([
      ['POST', '/api/v1/auth/sign-out'],
      ['POST', '/api/v1/auth/password'],
      ['DELETE', '/api/v1/auth/sessions'],
    ])('asks for the token of the page at %s %s', async (method, path) => {
      const { browser } = await signedInAs(app, 'viewer');

      const { body } = await (method === 'POST' ? browser.agent.post(path) : browser.agent.delete(path)).expect(403);

      expect(body.code).toBe('csrf-token-invalid');
      await browser.get(ME).expect(200);
    });
  });

  describe('with another password', () => {
    const CHANGE = '/api/v1/auth/password';
    const NEXT = 'otras palabras, nuevas del todo';

    it('ends every session, and goes on in this browser with a new one', async () => {
      const { person, browser } = await signedInAs(app, 'viewer');
      const other = aBrowser();
      const before = tokenOf(await browser.signIn(person.email));
      await other.signIn(person.email);

      const response = await browser.post(CHANGE).send({ current_password: PASSWORD, new_password: NEXT }).expect(200);

      await withCookie(ME, before).expect(401);
      await other.get(ME).expect(401);
      const { body } = await browser.get(ME).expect(200);
      expect(body.csrf_token).toBe(response.body.csrf_token);
      expect((await aBrowser().signIn(person.email)).status).toBe(401);
      expect((await aBrowser().signIn(person.email, NEXT)).status).toBe(200);
    });

    it.each([
      ['the wrong one before', { current_password: 'not it' }, 'current_password'],
      ['the same one', { new_password: PASSWORD }, 'new_password'],
      ['a short one', { new_password: 'once letras' }, 'new_password'],
      ['a long one', { new_password: 'ab'.repeat(65) }, 'new_password'],
      ['a common one', { new_password: 'Password-1234' }, 'new_password'],
      ['half a character', { new_password: `${NEXT}\ud800` }, 'new_password'],
      ['none', { new_password: undefined }, 'new_password'],
    ])('is refused with %s', async (_what, change, field) => {
      const { browser } = await signedInAs(app, 'viewer');

      const { body } = await browser
        .post(CHANGE)
        .send({ current_password: PASSWORD, new_password: NEXT, ...change })
        .expect(422);

      expect(body.errors).toEqual([expect.objectContaining({ field })]);
    });

    it('counts wrong ones as at the sign-in, since a session may be stolen', async () => {
      const { browser } = await signedInAs(app, 'viewer');
      const wrong = { current_password: 'not it', new_password: NEXT };
      for (let each = 0; each < 5; each++) await browser.post(CHANGE).send(wrong).expect(422);

      await browser
        .post(CHANGE)
        .send({ ...wrong, current_password: PASSWORD })
        .expect(429);
    });
  });

  it('tells a sign-in page what there is', async () => {
    await app.anonymous.get('/api/v1/auth/methods').expect(200, { password: true, oidc: false });
    const { body } = await app.anonymous.get('/api/v1/auth/oidc').expect(404);

    expect(body.code).toBe('identity-provider-missing');
  });
});

describe.each(DOORS)('a person who sends, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
  });

  afterAll(() => app.stop());

  const message = { to: '+34612345678', type: 'text', text: 'Hola' };

  it('does so as an operator, for the own tenant, from a page of ours', async () => {
    const { browser } = await signedInAs(app, 'operator');

    const { body } = await browser.post(MESSAGES).send(message).expect(202);

    expect(body.tenant_id).toBe(TENANT);
  });

  it('does not as a viewer, nor without the token, nor from another page, nor once the session is over', async () => {
    const { browser: viewer } = await signedInAs(app, 'viewer');
    const { browser: operator } = await signedInAs(app, 'operator');

    const refusals = [
      await viewer.post(MESSAGES).send(message),
      await operator.agent.post(MESSAGES).send(message),
      await operator.post(MESSAGES).set('Origin', 'http://evil.example').send(message),
      await operator.post(MESSAGES).set('Sec-Fetch-Site', 'cross-site').send(message),
      await app.anonymous.post(MESSAGES).set('Cookie', 'palomar_session=a').send(message),
    ];

    expect(refusals.map(({ body }) => body.code)).toEqual([
      'scope-missing',
      'csrf-token-invalid',
      'origin-foreign',
      'origin-foreign',
      'session-over',
    ]);
  });
});
