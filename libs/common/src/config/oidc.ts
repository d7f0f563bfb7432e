import type { OidcConfig } from './app-config.ts';
import type { Faults } from './configuration.error.ts';
import type { Environment } from './environment.ts';

const WHAT_TO_WRITE = {
  OIDC_ISSUER: "write the provider's address, OIDC_ISSUER=https://login.example.com",
  OIDC_CLIENT_ID: 'write the id that the provider gave this application, OIDC_CLIENT_ID=palomar',
  OIDC_CLIENT_SECRET: 'write the secret that the provider gave this application, OIDC_CLIENT_SECRET=…',
} as const;
const NAMES = Object.keys(WHAT_TO_WRITE) as (keyof typeof WHAT_TO_WRITE)[];

const CALLBACK = '/api/v1/auth/oidc/callback';

/** The identity provider; undefined when none is named. Some of its variables without the others are a mistake. */
export function readOidc(environment: Environment, faults: Faults): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = environment;
  const given = ([...NAMES, 'OIDC_REDIRECT_URL'] as const).find((name) => environment[name] !== undefined);
  if (given === undefined) return undefined;
  for (const name of NAMES) {
    if (environment[name] === undefined) faults.add(name, `is required once ${given} is set; ${WHAT_TO_WRITE[name]}`);
  }
  const redirectUrl = redirectUrlOf(environment, faults);
  // What is missing was noted, and stops the start.
  return { issuer: issuer!, clientId: clientId!, clientSecret: clientSecret!, redirectUrl };
}

/** In production the address is the proxy's, which nobody but the operator knows, and nothing is sent in the clear. */
function redirectUrlOf({ NODE_ENV, PORT, OIDC_ISSUER, OIDC_REDIRECT_URL }: Environment, faults: Faults): string {
  if (NODE_ENV !== 'production') return OIDC_REDIRECT_URL ?? `http://localhost:${PORT}${CALLBACK}`;
  if (OIDC_ISSUER?.startsWith('http:')) faults.add('OIDC_ISSUER', 'must begin with https:// in production');
  if (OIDC_REDIRECT_URL === undefined) {
    const example = `OIDC_REDIRECT_URL=https://palomar.example.com${CALLBACK}`;
    faults.add('OIDC_REDIRECT_URL', `is required in production once OIDC_ISSUER is set; write ${example}`);
  }
  return OIDC_REDIRECT_URL ?? '';
}
