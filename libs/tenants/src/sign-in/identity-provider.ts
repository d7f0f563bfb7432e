import { Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';

import { AppConfig, AppError, type OidcConfig } from '#common';

const ANSWER_SECONDS = 10;

/** What is kept of a sign-in while the browser is at the provider. */
export interface Checks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Who somebody is, as the provider says. */
export interface ProvidedIdentity {
  /** Issuer and subject: never somebody else's. */
  identity: string;
  email: string | undefined;
  isEmailVerified: boolean;
}

/** Speaks OpenID Connect: authorization code flow with PKCE. */
@Injectable()
export class IdentityProvider {
  private readonly config: OidcConfig | undefined;
  private discovered: Promise<oidc.Configuration> | undefined;

  constructor({ oidc: config }: AppConfig) {
    this.config = config;
  }

  get isConfigured(): boolean {
    return this.config !== undefined;
  }

  /** Where the browser has to go. */
  async begin(): Promise<Checks & { url: string }> {
    const provider = await this.discover();
    const [state, nonce, codeVerifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: this.required().redirectUrl,
      scope: 'openid email profile',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { state, nonce, codeVerifier, url: url.href };
  }

  /**
   * @param query with which the provider sent the browser back
   * @throws AppError 401 when that is not the answer to what was begun; 503 when the provider cannot be reached
   */
  async finish(query: string, { state, nonce, codeVerifier }: Checks): Promise<ProvidedIdentity> {
    const provider = await this.discover();
    const url = new URL(this.required().redirectUrl);
    url.search = query;
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const { iss, sub, ...claims } = tokens.claims()!;
      const { email, email_verified: verified } =
        claims.email === undefined ? await oidc.fetchUserInfo(provider, tokens.access_token, sub) : claims;
      return {
        identity: `${iss} ${sub}`,
        email: typeof email === 'string' ? email : undefined,
        isEmailVerified: verified === true,
      };
    } catch (cause) {
      throw isUnreachable(cause) ? unreachable(cause) : refused(cause);
    }
  }

  /** Asked for once, and again after it failed. */
  private discover(): Promise<oidc.Configuration> {
    this.discovered ??= this.discoverNow().catch((cause: unknown) => {
      this.discovered = undefined;
      throw unreachable(cause);
    });
    return this.discovered;
  }

  private discoverNow(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.required();
    const isPlain = issuer.startsWith('http:');
    return oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: ANSWER_SECONDS,
      // The signature of the token as well, beside the connection that it comes through.
      execute: [oidc.enableNonRepudiationChecks, ...(isPlain ? [oidc.allowInsecureRequests] : [])],
    });
  }

  private required(): OidcConfig {
    if (this.config) return this.config;
    throw new AppError(
      404,
      'identity-provider-missing',
      'No identity provider is configured; sign in with a password.',
    );
  }
}

function isUnreachable(cause: unknown): boolean {
  if (cause instanceof oidc.ResponseBodyError) return cause.status >= 500;
  return cause instanceof TypeError || (cause instanceof oidc.ClientError && cause.code === 'OAUTH_TIMEOUT');
}

function unreachable(cause: unknown): AppError {
  const message = 'The identity provider does not answer as it should; try again, or sign in with a password.';
  return new AppError(503, 'identity-provider-unavailable', message, { cause });
}

function refused(cause: unknown): AppError {
  const said = cause instanceof oidc.AuthorizationResponseError && /^[\w.-]{1,60}$/.test(cause.error) && cause.error;
  const message = said
    ? `The identity provider refused the sign-in (${said}); begin again at GET /api/v1/auth/oidc.`
    : 'The answer of the identity provider is not the one that was waited for; begin again at GET /api/v1/auth/oidc.';
  return new AppError(401, 'provider-sign-in-invalid', message, { cause });
}
