import { resolve } from 'node:path';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { closestName } from '../closest-name.ts';
import { AppConfig, type PoEventsConfig, type Role, type WhatsAppConfig } from './app-config.ts';
import { Faults } from './configuration.error.ts';
import { readWhatsApp } from './credentials.ts';
import { DEPRECATED, Environment, FROM_FILES, VARIABLE_NAMES } from './environment.ts';
import { readEventTemplates, unboundTypes } from './event-templates.ts';
import { graphVersionWarning } from './graph-versions.ts';
import { readMedia } from './media.ts';
import { readOidc } from './oidc.ts';
import { readSources, type Variables } from './sources.ts';

/** `cwd` is where `.env` and relative paths are looked for, `now` the day Meta's version calendar is read for. */
export interface LoadOptions {
  cwd?: string;
  now?: Date;
}

/** What production, where nothing is made up, requires beside Meta's credentials. */
const REQUIRED_IN_PRODUCTION = {
  DATABASE_URL: 'write DATABASE_URL=postgresql://palomar:password@localhost:5432/palomar',
  ADMIN_API_KEY: 'write ADMIN_API_KEY=<at least 16 characters>; make one with: openssl rand -base64 32',
  ENCRYPTION_KEY: 'write ENCRYPTION_KEY=<32 bytes in base64>; make it with: openssl rand -base64 32',
} as const;

const OUR_NAMES =
  /^(PALOMAR|WHATSAPP|PO_EVENTS?|PO_NOTIFICATION|DISPATCHER|UNCONFIRMED|WEBHOOK|MEDIA|MESSAGE_CONTENT|TIMELINE|ACCOUNT_EVENT|SUPPORT_DESK|TEMPLATE|OIDC)_/;

/** The configuration of this process: the only place that reads `process.env`. */
export function loadConfigFromProcess(): AppConfig {
  return loadConfig(process.env);
}

/**
 * Reads the environment once: the given variables, outside production also `.env`, and the `_FILE` form of each secret.
 * @throws ConfigurationError naming every fault at once, never the value of a secret
 */
export function loadConfig(given: NodeJS.ProcessEnv, { cwd = '.', now = new Date() }: LoadOptions = {}): AppConfig {
  const faults = new Faults();
  const variables = readSources(given, cwd, faults);
  const environment = readEnvironment(variables, faults);
  const whatsapp = readWhatsApp(environment, faults);
  const media = readMedia(environment, cwd, faults);
  const poEvents = readPoEvents(environment, faults);
  const oidc = readOidc(environment, faults);
  if (environment.NODE_ENV === 'production') requireInProduction(environment, faults);
  checkTimes(environment, faults);
  faults.throwIfAny();
  const warnings = [...warningsFor(variables, whatsapp, now), ...unboundWarnings(environment, poEvents)];
  return toConfig(environment, { whatsapp, media, poEvents, oidc }, cwd, warnings);
}

function readEnvironment(variables: Variables, faults: Faults): Environment {
  const known = VARIABLE_NAMES.filter((name) => variables[name] !== undefined);
  const environment = plainToInstance(Environment, Object.fromEntries(known.map((name) => [name, variables[name]])));
  for (const { property, constraints = {} } of validateSync(environment)) {
    faults.add(property, Object.values(constraints)[0]!);
  }
  return environment;
}

function requireInProduction(environment: Environment, faults: Faults): void {
  for (const [name, remedy] of Object.entries(REQUIRED_IN_PRODUCTION)) {
    if (environment[name as keyof typeof REQUIRED_IN_PRODUCTION] === undefined) {
      faults.add(name, `is required in production; ${remedy}`);
    }
  }
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = environment;
  if (email && !password) {
    faults.add('ADMIN_PASSWORD', 'is required once ADMIN_EMAIL is set; make one with: openssl rand -base64 18');
  }
  if (password && !email) {
    faults.add('ADMIN_EMAIL', 'is required once ADMIN_PASSWORD is set; write ADMIN_EMAIL=admin@example.com');
  }
}

/** A send that is still waited for must not be taken for the work of a dead process. */
function checkTimes(environment: Environment, faults: Faults): void {
  const { WHATSAPP_SEND_TIMEOUT_MS: timeout, DISPATCHER_LEASE_MS: lease } = environment;
  if (timeout < lease || faults.has('DISPATCHER_LEASE_MS')) return;
  faults.add(
    'WHATSAPP_SEND_TIMEOUT_MS',
    `must be less than DISPATCHER_LEASE_MS (${lease}), such as ${Math.floor(lease / 2)}`,
  );
}

function warningsFor(variables: Variables, { apiVersion }: WhatsAppConfig, now: Date): string[] {
  const deprecated = Object.entries(DEPRECATED)
    .filter(([name]) => variables[name] !== undefined)
    .map(([name, successor]) => `${name} is deprecated and not used; set ${successor} and remove it.`);
  const version = graphVersionWarning(apiVersion, now);
  return [...deprecated, ...unknownNames(variables), ...(version ? [version] : [])];
}

/** A typing error in one of our names would otherwise be a default in silence. */
function unknownNames(variables: Variables): string[] {
  const known = [...VARIABLE_NAMES, ...FROM_FILES.map((name) => `${name}_FILE`)];
  return Object.keys(variables)
    .filter((name) => OUR_NAMES.test(name) && !known.includes(name))
    .map((name) => {
      const meant = closestName(name, known);
      return `unknown variable ${name}${meant ? `, did you mean ${meant}?` : '; .env.example lists all there are.'}`;
    });
}

function readPoEvents(environment: Environment, faults: Faults): PoEventsConfig {
  return {
    exchange: environment.PO_EVENTS_EXCHANGE,
    queue: environment.PO_EVENTS_QUEUE,
    routingKeys: environment.PO_EVENTS_ROUTING_KEYS.split(',').map((key) => key.trim()),
    template: environment.PO_NOTIFICATION_TEMPLATE,
    language: environment.PO_NOTIFICATION_LANGUAGE,
    templates: readEventTemplates(environment, faults),
  };
}

/** What is mapped and not bound never comes from the broker, and nobody would hear of it. */
function unboundWarnings({ RABBITMQ_URL: broker }: Environment, { templates, routingKeys }: PoEventsConfig): string[] {
  const unbound = broker ? unboundTypes(templates.keys(), routingKeys) : [];
  if (unbound.length === 0) return [];
  const all = [...routingKeys, ...unbound].join(',');
  return [`no event of the type ${unbound.join(', ')} comes from the broker; write PO_EVENTS_ROUTING_KEYS=${all}.`];
}

function toConfig(
  environment: Environment,
  { whatsapp, media, poEvents, oidc }: Pick<AppConfig, 'whatsapp' | 'media' | 'poEvents' | 'oidc'>,
  cwd: string,
  warnings: string[],
): AppConfig {
  return new AppConfig({
    production: environment.NODE_ENV === 'production',
    roles: new Set(environment.PALOMAR_ROLES.split(',').map((role) => role.trim() as Role)),
    http: {
      port: environment.PORT,
      host: environment.HOST,
      trustedProxies: listOf(environment.TRUSTED_PROXIES),
    },
    database: { url: environment.DATABASE_URL, poolSize: environment.DATABASE_POOL_SIZE },
    rabbitmq: { url: environment.RABBITMQ_URL },
    whatsapp,
    requestLimits: {
      perKey: environment.API_KEY_REQUESTS_PER_MINUTE,
      perStranger: environment.UNAUTHENTICATED_REQUESTS_PER_MINUTE,
    },
    retention: {
      messageContent: environment.MESSAGE_CONTENT_RETENTION_DAYS,
      timeline: environment.TIMELINE_RETENTION_DAYS,
      media: environment.MEDIA_RETENTION_DAYS,
      webhookDeliveries: environment.WEBHOOK_RETENTION_DAYS,
      accountEvents: environment.ACCOUNT_EVENT_RETENTION_DAYS,
      poEvents: environment.PO_EVENT_RETENTION_DAYS,
    },
    notificationsEnabled: environment.ENABLE_WHATSAPP_NOTIFICATIONS,
    poEvents,
    dispatcher: {
      leaseMs: environment.DISPATCHER_LEASE_MS,
      sweepMs: environment.DISPATCHER_SWEEP_MS,
      sendTimeoutMs: environment.WHATSAPP_SEND_TIMEOUT_MS,
      concurrency: environment.DISPATCHER_CONCURRENCY,
      probeMs: environment.DISPATCHER_PROBE_MS,
      unconfirmedPolicy: environment.UNCONFIRMED_POLICY,
      unconfirmedGraceMs: environment.UNCONFIRMED_GRACE_MS,
    },
    supportDesk: { senders: readSenders(environment.SUPPORT_DESK_SENDERS ?? '') },
    media,
    adminApiKey: environment.ADMIN_API_KEY,
    encryptionKey: readKey(environment.ENCRYPTION_KEY),
    previousEncryptionKey: readKey(environment.ENCRYPTION_KEY_PREVIOUS),
    admin: { email: environment.ADMIN_EMAIL, password: environment.ADMIN_PASSWORD },
    oidc,
    logLevel: environment.LOG_LEVEL,
    dataDir: resolve(cwd, environment.DATA_DIR),
    warnings,
  });
}

function listOf(words: string | undefined): string[] {
  return words === undefined ? [] : words.split(',').map((word) => word.trim());
}

function readKey(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

function readSenders(list: string): Map<string, string> {
  const pairs = list.split(',').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => pair.split('=').map((part) => part.trim()) as [string, string]));
}
