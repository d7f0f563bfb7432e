import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aPerson, Browser, type SomePerson } from '../factories/people.ts';
import { movingClock } from '../support/moving-clock.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const BEGIN = '/api/v1/auth/oidc';
const ME = '/api/v1/auth/me';

describe('signing in at an identity provider', () => {
  let provider: OidcProvider;
  let app: TestApp;
  let pass: (ms: number) => void;
  let person: SomePerson;
  let subject: string;

  beforeAll(async () => {
    provider = await startOidcProvider();
    const { issuer, clientId, clientSecret } = provider;
    app = await startTestApp({
      env: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
    });
    pass = movingClock(app.nest);
  });

  beforeEach(async () => {
    person = await aPerson(app, 'operator');
    subject = newId();
    says({});
  });

  afterAll(async () => {
    await app?.stop();
    await provider?.stop();
  });

  const says = (claims: object, conduct: Omit<OidcProvider['conduct'], 'claims'> = {}) => {
    provider.conduct = { ...conduct, claims: { sub: subject, email: person.email, email_verified: true, ...claims } };
  };
  /** To the provider's page. */
  const begin = async (browser: Browser, query: object = {}) =>
    (await browser.get(BEGIN).query(query).expect(302)).headers.location as string;
  const callback = (browser: Browser, { pathname, search }: URL) => browser.get(pathname + search);
  const signIn = async (browser = new Browser(app), query: object = {}) =>
    callback(browser, provider.consent(await begin(browser, query)));

  it('leads there and back to the page that was asked for, and gives the cookie of a session', async () => {
    const browser = new Browser(app);

    const { status, headers } = await signIn(browser, { return_to: '/admin/messages?status=FAILED' });

    expect([status, headers.location]).toEqual([302, '/admin/messages?status=FAILED']);
    const { body } = await browser.get(ME).expect(200);
    expect(body).toMatchObject({ person_id: person.id, role: 'operator', must_change_password: false });
    await app.anonymous.get('/api/v1/auth/methods').expect(200, { password: true, oidc: true });
  });

  it('asks for a code with PKCE, and keeps what is secret of it here', async () => {
    const browser = new Browser(app);

    const response = await browser.get(BEGIN).expect(302);

    const asked = Object.fromEntries(new URL(response.headers.location!).searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'palomar',
      redirect_uri: `http://localhost:${app.config.http.port}${BEGIN}/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(response.headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^palomar_oidc=${asked.state}; Path=/; HttpOnly; SameSite=Lax; Expires=`)),
    ]);
  });

  it('knows a person again when their e-mail address has changed, and nobody else by it', async () => {
    await signIn();
    const elsewhere = await aPerson(app, 'admin');
    says({ email: elsewhere.email });
    const browser = new Browser(app);

    await signIn(browser);

    expect((await browser.get(ME).expect(200)).body.person_id).toBe(person.id);
  });

  it('does not let another identity in by an e-mail address that was given on', async () => {
    await signIn();
    says({ sub: newId() });

    const { status, body } = await signIn();

    expect([status, body.code]).toEqual([403, 'person-unknown']);
  });

  it('takes another identity once an admin has reset the person', async () => {
    await signIn();
    await app.api.post(`/api/v1/people/${person.id}/reset-password`).expect(200);
    says({ sub: newId() });

    expect((await signIn()).status).toBe(302);
  });

  it.each([
    ['that nobody here has', { email: `nobody-${newId()}@example.com` }],
    ['that is not verified', { email_verified: false }],
    ['that nobody says is verified', { email_verified: undefined }],
    ['that is verified in a manner of speaking', { email_verified: 'true' }],
  ])('refuses an e-mail address %s', async (_which, claims) => {
    says(claims);

    const { status, body } = await signIn();

    expect([status, body.code]).toEqual([403, 'person-unknown']);
  });

  it('asks the provider for the e-mail address where the token has none', async () => {
    says(
      { email: undefined, email_verified: undefined, sub: 'subject-1' },
      { userInfo: { email: person.email, email_verified: true } },
    );

    expect((await signIn()).status).toBe(302);
  });

  it('refuses a person who is disabled', async () => {
    await signIn();
    await app.api.post(`/api/v1/people/${person.id}/disable`).expect(200);

    expect((await signIn()).status).toBe(403);
  });

  it.each<[string, object, object?]>([
    ['is of another issuer', { iss: 'http://evil.example' }],
    ['is for another application', { aud: 'another' }],
    ['is over', { exp: 1 }],
    ['has another nonce', { nonce: 'another' }],
    ['has no nonce', { nonce: undefined }],
    ['is signed by somebody else', {}, { forged: true }],
  ])('refuses a token that %s, and says what to do', async (_which, claims, conduct = {}) => {
    says(claims, conduct);
    const browser = new Browser(app);

    const { status, body } = await signIn(browser);

    expect([status, body.code]).toEqual([401, 'provider-sign-in-invalid']);
    expect(body.detail).toContain('begin again');
    await browser.get(ME).expect(401);
  });

  it.each<[string, (back: URL) => void, string]>([
    ['another state', (back) => back.searchParams.set('state', 'another'), 'provider-sign-in-invalid'],
    ['no state', (back) => back.searchParams.delete('state'), 'provider-sign-in-invalid'],
    ['another issuer', (back) => back.searchParams.set('iss', 'http://evil.example'), 'provider-sign-in-invalid'],
    ['another code', (back) => back.searchParams.set('code', 'another'), 'provider-sign-in-invalid'],
    ['two codes', (back) => back.searchParams.append('code', 'another'), 'provider-sign-in-invalid'],
    ['nothing', (back) => (back.search = ''), 'provider-sign-in-invalid'],
    [
      'a refusal',
      (back) => (back.search = back.search.replace(/code=[^&]+/, 'error=access_denied')),
      'provider-sign-in-invalid',
    ],
  ])('refuses a browser that comes back with %s', async (_what, spoil, code) => {
    const browser = new Browser(app);
    const back = provider.consent(await begin(browser));
    spoil(back);

    const { status, body } = await callback(browser, back);

    expect([status, body.code]).toEqual([401, code]);
  });

  it('refuses a browser that did not begin, so that nobody is led into another’s account', async () => {
    const back = provider.consent(await begin(new Browser(app)));

    const { status, body } = await callback(new Browser(app), back);

    expect([status, body.code]).toEqual([401, 'provider-sign-in-unknown']);
  });

  it('takes each answer once', async () => {
    const back = provider.consent(await begin(new Browser(app)));
    const cookie = `palomar_oidc=${back.searchParams.get('state')}`;
    const comesBack = () => app.anonymous.get(back.pathname + back.search).set('Cookie', cookie);

    expect([(await comesBack()).status, (await comesBack()).status]).toEqual([302, 401]);
  });

  it('takes no answer after ten minutes', async () => {
    const browser = new Browser(app);
    const back = provider.consent(await begin(browser));
    pass(600_000);

    expect((await callback(browser, back)).body.code).toBe('provider-sign-in-unknown');
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/a\nb', 'admin', ''])(
    'comes back to no other place, such as %j',
    async (path) => {
      await app.anonymous.get(BEGIN).query({ return_to: path }).expect(422);
    },
  );

  it('says so when the provider cannot be reached, and tries again later', async () => {
    const gone = await startTestApp({
      env: { OIDC_ISSUER: 'http://127.0.0.1:1', OIDC_CLIENT_ID: 'palomar', OIDC_CLIENT_SECRET: 'a' },
    });
    try {
      for (let each = 0; each < 2; each++) {
        const { body, headers } = await gone.anonymous.get(BEGIN).expect(503);
        expect([body.code, headers['retry-after']]).toEqual(['identity-provider-unavailable', '5']);
      }
    } finally {
      await gone.stop();
    }
  });
});
