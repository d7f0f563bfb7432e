import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parse } from 'dotenv';

import { AppConfig, type WhatsAppConfig } from './app-config.ts';
import { DEPRECATED, Environment, SECRETS } from './environment.ts';
import { versionWarning } from './graph-versions.ts';

type Variables = Record<string, string | undefined>;

/** Everything that is wrong with the environment, in one message. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(`Palomar cannot start: ${count} in the environment.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = ConfigurationError.name;
  }
}

/** What the built-in simulator answers to. */
const SIMULATOR = {
  WHATSAPP_ACCESS_TOKEN: 'simulator-access-token',
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
  WHATSAPP_WEBHOOK_VERIFY_TOKEN: 'simulator-verify-token',
  WHATSAPP_APP_SECRET: 'simulator-app-secret',
} as const;
const CREDENTIALS = Object.keys(SIMULATOR) as (keyof typeof SIMULATOR)[];

/** The only place that reads `process.env`. */
export function loadConfigFromProcess(): AppConfig {
  return loadConfig(process.env, { cwd: process.cwd(), now: new Date() });
}

/**
 * Reads the environment once: the given variables, outside production also `.env` in `cwd` (which loses against them),
 * and the `_FILE` form of each secret. Empty is unset.
 * @throws ConfigurationError naming every fault at once, never the value of a secret.
 */
export function loadConfig(given: Variables, { cwd, now }: { cwd: string; now: Date }): AppConfig {
  const faults: string[] = [];
  const variables = readSecretFiles(withDotEnv(given, cwd), cwd, faults);
  const environment = readEnvironment(variables, faults);
  const production = environment.NODE_ENV === 'production';
  const whatsapp = readWhatsApp(environment, production, faults);
  if (production) requireInProduction(environment, faults);
  checkTogether(environment, faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return toConfig(environment, whatsapp, cwd, warningsFor(environment, variables, whatsapp, now));
}

function withDotEnv(given: Variables, cwd: string): Variables {
  const file = join(cwd, '.env');
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  if (given.NODE_ENV === 'production' || !existsSync(file)) return set;
  return { ...parse(readFileSync(file)), ...set };
}

function readSecretFiles(variables: Variables, cwd: string, faults: string[]): Variables {
  const read = { ...variables };
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`];
    if (!path) continue;
    if (variables[name]) {
      faults.push(`${name}: set both as ${name} and as ${name}_FILE; keep one of them`);
      continue;
    }
    try {
      read[name] = readFileSync(resolve(cwd, path), 'utf8').replace(/\r?\n$/, '');
      if (read[name] === '') faults.push(`${name}_FILE: ${path} is empty`);
    } catch (cause) {
      faults.push(`${name}_FILE: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    }
  }
  return read;
}

function readEnvironment(variables: Variables, faults: string[]): Environment {
  const known = Object.keys(new Environment()).filter((name) => variables[name]);
  const environment = plainToInstance(Environment, Object.fromEntries(known.map((name) => [name, variables[name]])));
  for (const { property, constraints } of validateSync(environment)) {
    faults.push(`${property}: ${Object.values(constraints ?? {})[0]}`);
  }
  return environment;
}

/** All of Meta's credentials, or none and the simulator's: half of them would send to the wrong place. */
function readWhatsApp(environment: Environment, production: boolean, faults: string[]): WhatsAppConfig {
  const missing = CREDENTIALS.filter((name) => environment[name] === undefined).filter(
    (name) => name !== 'WHATSAPP_APP_SECRET' || !environment.WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS,
  );
  const none = CREDENTIALS.every((name) => environment[name] === undefined);
  const simulated = none && !production;
  if (!simulated) {
    const why = production
      ? 'required in production'
      : `required once ${CREDENTIALS.find((name) => environment[name])} is set`;
    for (const name of missing) faults.push(`${name}: is ${why}${HINTS[name] ?? ''}`);
  }
  const credential = (name: keyof typeof SIMULATOR) => (simulated ? SIMULATOR[name] : (environment[name] ?? ''));
  const graphUrl =
    environment.WHATSAPP_GRAPH_URL ??
    (simulated ? `http://127.0.0.1:${environment.SIMULATOR_PORT}` : 'https://graph.facebook.com');
  return {
    accessToken: credential('WHATSAPP_ACCESS_TOKEN'),
    phoneNumberId: credential('WHATSAPP_PHONE_NUMBER_ID'),
    businessAccountId: credential('WHATSAPP_BUSINESS_ACCOUNT_ID'),
    webhookVerifyToken: credential('WHATSAPP_WEBHOOK_VERIFY_TOKEN'),
    appSecret: credential('WHATSAPP_APP_SECRET') || undefined,
    allowUnsignedWebhooks: environment.WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS,
    apiVersion: environment.WHATSAPP_API_VERSION,
    graphUrl: graphUrl.replace(/\/+$/, ''),
    useSimulator: simulated && environment.WHATSAPP_GRAPH_URL === undefined,
    simulatorPort: environment.SIMULATOR_PORT,
    messagesPerSecond: environment.WHATSAPP_MESSAGES_PER_SECOND,
    defaultCountry: environment.WHATSAPP_DEFAULT_COUNTRY,
  };
}

const HINTS: Partial<Record<string, string>> = {
  WHATSAPP_APP_SECRET: ' (App dashboard → Settings → Basic); webhooks cannot be trusted without it',
  WHATSAPP_ACCESS_TOKEN: ' (Business settings → System users)',
};

function requireInProduction(environment: Environment, faults: string[]): void {
  const required = {
    DATABASE_URL: 'such as postgresql://palomar:password@localhost:5432/palomar',
    ADMIN_API_KEY: 'make one with: openssl rand -base64 32',
    ENCRYPTION_KEY: 'make it with: openssl rand -base64 32',
  } as const;
  for (const [name, remedy] of Object.entries(required)) {
    if (environment[name as keyof typeof required] === undefined) {
      faults.push(`${name}: is required in production; ${remedy}`);
    }
  }
}

function checkTogether(environment: Environment, faults: string[]): void {
  if ((environment.ADMIN_EMAIL === undefined) !== (environment.ADMIN_PASSWORD === undefined)) {
    const [set, missing] = environment.ADMIN_EMAIL
      ? ['ADMIN_EMAIL', 'ADMIN_PASSWORD']
      : ['ADMIN_PASSWORD', 'ADMIN_EMAIL'];
    faults.push(`${missing}: is required once ${set} is set`);
  }
  if (environment.WHATSAPP_SEND_TIMEOUT_MS >= environment.DISPATCHER_LEASE_MS) {
    faults.push(
      'WHATSAPP_SEND_TIMEOUT_MS: must be shorter than DISPATCHER_LEASE_MS, or a slow send would be taken for a dead one',
    );
  }
}

function warningsFor(environment: Environment, variables: Variables, whatsapp: WhatsAppConfig, now: Date): string[] {
  const deprecated = Object.entries(DEPRECATED)
    .filter(([name]) => environment[name as keyof typeof DEPRECATED] !== undefined)
    .map(([name, successor]) => `${name} is deprecated and not used; set ${successor} and remove it.`);
  // The simulator is of no version.
  const version = whatsapp.useSimulator ? undefined : versionWarning(whatsapp.apiVersion, now);
  return [...deprecated, ...unknownNames(variables), ...(version ? [version] : [])];
}

/** A typing error in one of our names would otherwise be a default in silence. */
function unknownNames(variables: Variables): string[] {
  const known = [...Object.keys(new Environment()), ...SECRETS.map((name) => `${name}_FILE`)];
  return Object.keys(variables)
    .filter(
      (name) => /^(WHATSAPP|PO_EVENTS|PO_NOTIFICATION|DISPATCHER|UNCONFIRMED)_/.test(name) && !known.includes(name),
    )
    .map((name) => `${name} is set, but Palomar has no such variable; see .env.example.`);
}

function toConfig(environment: Environment, whatsapp: WhatsAppConfig, cwd: string, warnings: string[]): AppConfig {
  return new AppConfig({
    production: environment.NODE_ENV === 'production',
    http: { port: environment.PORT, host: environment.HOST },
    database: { url: environment.DATABASE_URL, poolSize: environment.DATABASE_POOL_SIZE },
    rabbitmq: { url: environment.RABBITMQ_URL },
    whatsapp,
    notificationsEnabled: environment.ENABLE_WHATSAPP_NOTIFICATIONS,
    poEvents: {
      exchange: environment.PO_EVENTS_EXCHANGE,
      queue: environment.PO_EVENTS_QUEUE,
      routingKeys: environment.PO_EVENTS_ROUTING_KEYS.split(',').map((key) => key.trim()),
      template: environment.PO_NOTIFICATION_TEMPLATE,
      language: environment.PO_NOTIFICATION_LANGUAGE,
    },
    dispatcher: {
      leaseMs: environment.DISPATCHER_LEASE_MS,
      sweepMs: environment.DISPATCHER_SWEEP_MS,
      sendTimeoutMs: environment.WHATSAPP_SEND_TIMEOUT_MS,
      concurrency: environment.DISPATCHER_CONCURRENCY,
      unconfirmedPolicy: environment.UNCONFIRMED_POLICY,
      unconfirmedGraceMs: environment.UNCONFIRMED_GRACE_MS,
    },
    adminApiKey: environment.ADMIN_API_KEY,
    encryptionKey: environment.ENCRYPTION_KEY ? Buffer.from(environment.ENCRYPTION_KEY, 'base64') : undefined,
    admin: { email: environment.ADMIN_EMAIL, password: environment.ADMIN_PASSWORD },
    logLevel: environment.LOG_LEVEL,
    dataDir: resolve(cwd, environment.DATA_DIR),
    warnings,
  });
}
