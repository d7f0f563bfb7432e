import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

/** What the provider does that it should not, or says of whoever signs in. */
export interface ProviderConduct {
  /** Claims that change, or, undefined, are left out. */
  claims?: Json;
  /** Of `GET /userinfo`. */
  userInfo?: Json;
  /** The token is signed with a key that nobody published. */
  forged?: boolean;
}

/** A small OpenID provider: discovery, keys, code flow with PKCE, tokens signed with RS256. */
export interface OidcProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  conduct: ProviderConduct;
  /** What a person does at the provider's page: the URL that the browser is sent back to. */
  consent(authorizationUrl: string): URL;
  stop(): Promise<void>;
}

export async function startOidcProvider(): Promise<OidcProvider> {
  const [published, other] = [aKey(), aKey()];
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['palomar', 'a-secret-of-ours'];
  const provider: OidcProvider = {
    ...{ issuer, clientId, clientSecret },
    conduct: {},
    consent: (authorizationUrl) => {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomUUID();
      codes.set(code, asked);
      const back = new URL(asked.get('redirect_uri')!);
      back.search = new URLSearchParams({ code, state: asked.get('state')!, iss: issuer }).toString();
      return back;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return json(response, metadataOf(issuer));
      case '/keys':
        return json(response, { keys: [{ ...published.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
      case '/userinfo':
        return json(response, { sub: 'subject-1', ...provider.conduct.userInfo });
      case '/token':
        return token(new URLSearchParams(await bodyOf(request)), response);
      default:
        return json(response, { error: 'not_found' }, 404);
    }
  }

  function token(given: URLSearchParams, response: ServerResponse): void {
    const asked = codes.get(given.get('code') ?? '');
    codes.delete(given.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      asked?.get('code_challenge') === challenge &&
      asked.get('redirect_uri') === given.get('redirect_uri') &&
      given.get('client_secret') === clientSecret;
    if (!isRight) return json(response, { error: 'invalid_grant' }, 400);
    const { claims, forged } = provider.conduct;
    const now = Math.floor(Date.now() / 1_000);
    const standard = {
      iss: issuer,
      sub: 'subject-1',
      aud: clientId,
      iat: now,
      exp: now + 60,
      nonce: asked.get('nonce'),
    };
    const idToken = jwt({ ...standard, ...claims }, (forged ? other : published).privateKey);
    json(response, { access_token: 'an access token', token_type: 'Bearer', expires_in: 60, id_token: idToken });
  }

  return provider;
}

function metadataOf(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function aKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

function jwt(claims: Json, key: KeyObject): string {
  const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, body: Json, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
