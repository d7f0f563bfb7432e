import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'dotenv';

import { ConfigurationError } from './configuration.error.ts';
import { loadConfig } from './env.ts';
import { Environment } from './environment.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const NOW = new Date('2026-11-21T00:00:00Z');

const META = {
  WHATSAPP_ACCESS_TOKEN: 'EAAG-token',
  WHATSAPP_PHONE_NUMBER_ID: '1234567890',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '9876543210',
  WHATSAPP_WEBHOOK_VERIFY_TOKEN: 'open-sesame',
  WHATSAPP_APP_SECRET: '0123456789abcdef',
};

const PRODUCTION = {
  ...META,
  NODE_ENV: 'production',
  WHATSAPP_API_VERSION: 'v26.0',
  DATABASE_URL: 'postgresql://palomar:hunter2@db:5432/palomar',
  ADMIN_API_KEY: 'a-key-of-24-characters..',
  ENCRYPTION_KEY: KEY,
};

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'palomar-env-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const load = (env: NodeJS.ProcessEnv, at = cwd) => loadConfig(env, { cwd: at, now: NOW });
const without = (env: NodeJS.ProcessEnv, ...names: string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

/** The lines of the refusal, one for each fault. */
function faultsOf(env: NodeJS.ProcessEnv, at = cwd): readonly string[] {
  try {
    load(env, at);
  } catch (refusal) {
    if (refusal instanceof ConfigurationError) return refusal.faults;
    throw refusal;
  }
  return [];
}

const file = (name: string, content: string): string => {
  writeFileSync(join(cwd, name), content);
  return join(cwd, name);
};

describe(loadConfig.name, () => {
  it('gives the defaults, and the simulator, to an empty environment', () => {
    const config = load({});

    expect(config).toMatchObject({
      production: false,
      http: { port: 3000, host: '0.0.0.0' },
      database: { url: undefined, poolSize: 10 },
      rabbitmq: { url: undefined },
      whatsapp: {
        accessToken: 'simulator-access-token',
        phoneNumberId: '106540352242922',
        businessAccountId: '102290129340398',
        webhookVerifyToken: 'simulator-verify-token',
        appSecret: 'simulator-app-secret',
        apiVersion: 'v18.0',
        graphUrl: 'http://127.0.0.1:4010',
        useSimulator: true,
        messagesPerSecond: 80,
        defaultCountry: undefined,
      },
      notificationsEnabled: true,
      poEvents: { queue: 'notification.po-events', routingKeys: ['po.approved'], template: 'po_notification' },
      roles: new Set(['api', 'webhooks', 'dispatcher', 'po-events']),
      dispatcher: { leaseMs: 60_000, concurrency: 250, probeMs: 5_000, unconfirmedPolicy: 'witness' },
      encryptionKey: undefined,
      logLevel: 'info',
      dataDir: join(cwd, '.data'),
    });
  });

  it('reads values into their types', () => {
    const config = load({
      PORT: '0',
      ENABLE_WHATSAPP_NOTIFICATIONS: 'No',
      PO_EVENTS_ROUTING_KEYS: 'po.approved, po.*',
      ENCRYPTION_KEY: KEY,
      WHATSAPP_DEFAULT_COUNTRY: 'ES',
      DATABASE_URL: 'postgres://palomar:secret@/palomar?host=/run/postgresql',
      LOG_LEVEL: 'debug',
      PALOMAR_ROLES: 'api, webhooks',
      DISPATCHER_PROBE_MS: '60000',
    });

    expect(config).toMatchObject({
      roles: new Set(['api', 'webhooks']),
      dispatcher: { probeMs: 60_000 },
      http: { port: 0 },
      notificationsEnabled: false,
      poEvents: { routingKeys: ['po.approved', 'po.*'] },
      encryptionKey: Buffer.alloc(32, 7),
      whatsapp: { defaultCountry: 'ES' },
      database: { url: 'postgres://palomar:secret@/palomar?host=/run/postgresql' },
      logLevel: 'debug',
    });
  });

  it('names every fault at once, each with its variable and an example', () => {
    const refusal = () => load({ PORT: '70000', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://db/palomar' });

    expect(refusal).toThrow(ConfigurationError);
    expect(refusal).toThrow(/3 faults/);
    expect(refusal).toThrow(/^ {2}- PORT: must be a whole number from 0 to 65535, such as 3000$/m);
    expect(refusal).toThrow(/^ {2}- LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal$/m);
    expect(refusal).toThrow(/^ {2}- DATABASE_URL: must be .*postgresql:\/\/palomar:password@localhost:5432\/palomar/m);
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['PALOMAR_ROLES', 'api,sender'],
    ['PALOMAR_ROLES', 'api,'],
    ['PORT', '0x10'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['DATABASE_URL', 'postgresql://palomar:p#ss@db/palomar'],
    ['DATABASE_POOL_SIZE', 'ten'],
    ['RABBITMQ_URL', 'localhost:5672'],
    ['WHATSAPP_API_VERSION', '18.0'],
    ['WHATSAPP_API_VERSION', 'v18.1'],
    ['WHATSAPP_GRAPH_URL', 'graph.facebook.com'],
    ['WHATSAPP_GRAPH_URL', 'https://graph.facebook.com/v18.0/'],
    ['WHATSAPP_DEFAULT_COUNTRY', 'Spain'],
    ['WHATSAPP_MESSAGES_PER_SECOND', '0'],
    ['WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS', 'maybe'],
    ['ENABLE_WHATSAPP_NOTIFICATIONS', 'on'],
    ['PO_EVENTS_ROUTING_KEYS', 'po.approved,,po.changed'],
    ['PO_NOTIFICATION_TEMPLATE', 'PO notification'],
    ['PO_NOTIFICATION_LANGUAGE', 'Spanish'],
    ['DISPATCHER_PROBE_MS', '49'],
    ['DISPATCHER_CONCURRENCY', '0'],
    ['UNCONFIRMED_POLICY', 'retry'],
    ['ADMIN_API_KEY', 'fifteen-letters'],
    ['ADMIN_EMAIL', 'admin'],
    ['ADMIN_PASSWORD', 'eleven-char'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'everybody'],
    ['ENCRYPTION_KEY', Buffer.alloc(31).toString('base64')],
    ['ENCRYPTION_KEY', `${KEY.slice(0, -2)}!=`],
  ])('refuses %s=%s, and nothing else', (name, value) => {
    const faults = faultsOf({ [name]: value });

    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: must `))]);
  });

  it('refuses a send time-out that is not less than the lease', () => {
    const faults = faultsOf({ WHATSAPP_SEND_TIMEOUT_MS: '5000', DISPATCHER_LEASE_MS: '5000' });

    expect(faults).toEqual(['WHATSAPP_SEND_TIMEOUT_MS: must be less than DISPATCHER_LEASE_MS (5000), such as 2500']);
  });

  it('never shows what a variable holds', () => {
    const secrets = ['mysql://u:db-secret@h/d', 'http://u:mq-secret@h', 'to ken', 'se cret', 'tiny', 'short', 'crypt'];
    const [DATABASE_URL, RABBITMQ_URL, token, appSecret, ADMIN_API_KEY, ADMIN_PASSWORD, ENCRYPTION_KEY] = secrets;

    const message = faultsOf({
      ...{ DATABASE_URL, RABBITMQ_URL, ADMIN_API_KEY, ADMIN_PASSWORD, ENCRYPTION_KEY },
      ...{ WHATSAPP_ACCESS_TOKEN: token, WHATSAPP_APP_SECRET: appSecret },
    }).join('\n');

    for (const name of ['DATABASE_URL', 'RABBITMQ_URL', 'WHATSAPP_ACCESS_TOKEN', 'ADMIN_PASSWORD', 'ENCRYPTION_KEY']) {
      expect(message).toContain(`${name}: must`);
    }
    for (const secret of ['db-secret', 'mq-secret', 'to ken', 'se cret', 'tiny', 'short', 'crypt']) {
      expect(message).not.toContain(secret);
    }
  });
});

describe('where variables come from', () => {
  it('reads .env, which loses against the process', () => {
    file('.env', 'PORT=4000\nLOG_LEVEL=warn\n');

    const config = load({ PORT: '5000' });

    expect(config).toMatchObject({ http: { port: 5000 }, logLevel: 'warn' });
  });

  it('does not read .env in production', () => {
    file('.env', 'PORT=4000\n');

    expect(load(PRODUCTION).http.port).toBe(3000);
  });

  it('refuses a .env that calls itself production, where it would not be read', () => {
    file(
      '.env',
      Object.entries(PRODUCTION)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    );

    expect(faultsOf({})).toEqual([expect.stringMatching(/^NODE_ENV: \.env cannot switch to production.*; set /)]);
    expect(load({ NODE_ENV: 'development' }).production).toBe(false);
  });

  it('takes an empty value for an unset one', () => {
    file('.env', 'RABBITMQ_URL=\nPORT=4000\n');

    const config = load({ PORT: '', WHATSAPP_ACCESS_TOKEN: '' });

    expect(config).toMatchObject({
      rabbitmq: { url: undefined },
      http: { port: 4000 },
      whatsapp: { useSimulator: true },
    });
  });

  it('reads the templates of events from a file, and says which of them the broker does not bring', () => {
    const PO_EVENT_TEMPLATES_FILE = file(
      'events.json',
      '{"po.late": {"template": "po_late"}, "po.ok": {"template": "ok"}}',
    );
    const env = { ...PRODUCTION, PO_EVENT_TEMPLATES_FILE, PO_EVENTS_ROUTING_KEYS: 'po.approved,po.ok' };

    const { poEvents, warnings } = load({ ...env, RABBITMQ_URL: 'amqp://localhost' });

    expect([...poEvents.templates.keys()]).toEqual(['po.approved', 'po.late', 'po.ok']);
    expect(warnings).toEqual([
      expect.stringMatching(/type po\.late comes.*PO_EVENTS_ROUTING_KEYS=po\.approved,po\.ok,po\.late\./),
    ]);
    expect(load(env).warnings).toEqual([]);
  });

  it('refuses templates of events like any other bad value', () => {
    expect(faultsOf({ PO_EVENT_TEMPLATES: '{"po.late": {}}', PORT: 'x' })).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^PO_EVENT_TEMPLATES: po\.late\.template must be there/),
    ]);
  });

  it.each(['DATABASE_URL', 'ADMIN_API_KEY', 'WHATSAPP_ACCESS_TOKEN', 'WHATSAPP_APP_SECRET', 'ENCRYPTION_KEY'] as const)(
    'reads %s from the file its _FILE form names, without the newline at the end',
    (name) => {
      const path = file('secret', `${PRODUCTION[name]}\n`);

      const config = load({ ...without(PRODUCTION, name), [`${name}_FILE`]: path });

      expect(config).toEqual(load(PRODUCTION));
    },
  );

  it('finds a relative file from the working directory', () => {
    file('password', 'correct horse');

    expect(load({ ADMIN_PASSWORD_FILE: 'password' }).admin.password).toBe('correct horse');
  });

  it('refuses both forms of one secret', () => {
    const path = file('key', PRODUCTION.ADMIN_API_KEY);

    const faults = faultsOf({ ...PRODUCTION, ADMIN_API_KEY_FILE: path });

    expect(faults).toEqual(['ADMIN_API_KEY: is set, and ADMIN_API_KEY_FILE as well; keep one of them']);
  });

  it('names a secret file that cannot be read or is empty, and does not call the variable missing as well', () => {
    const faults = faultsOf({
      ...without(PRODUCTION, 'DATABASE_URL', 'ENCRYPTION_KEY'),
      DATABASE_URL_FILE: '/nowhere/url',
      ENCRYPTION_KEY_FILE: file('key', '\n'),
    });

    expect(faults).toEqual([
      expect.stringMatching(/^DATABASE_URL_FILE: \/nowhere\/url cannot be read \(ENOENT\); write /),
      expect.stringMatching(/^ENCRYPTION_KEY_FILE: .*key is empty; write /),
    ]);
  });

  it('does not show what a secret file holds', () => {
    const faults = faultsOf({
      ...without(PRODUCTION, 'ENCRYPTION_KEY'),
      ENCRYPTION_KEY_FILE: file('key', 'not-32-bytes'),
    });

    expect(faults).toEqual([expect.stringContaining('ENCRYPTION_KEY: must be 32 bytes in base64')]);
    expect(faults.join()).not.toContain('not-32-bytes');
  });

  it('names a .env that cannot be read', () => {
    const faults = faultsOf({}, file('not-a-folder', ''));

    expect(faults).toEqual([expect.stringMatching(/^\.env: .*cannot be read \(ENOTDIR\)/)]);
  });
});

describe('the identity provider', () => {
  const OIDC = { OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'palomar', OIDC_CLIENT_SECRET: 'hush' };
  const OIDC_REDIRECT_URL = 'https://palomar.example.com/api/v1/auth/oidc/callback';

  it('sends browsers back to this machine, unless another address is given', () => {
    expect(load({ ...OIDC, PORT: '4000' }).oidc?.redirectUrl).toBe('http://localhost:4000/api/v1/auth/oidc/callback');
    expect(load({ ...OIDC, OIDC_REDIRECT_URL }).oidc?.redirectUrl).toBe(OIDC_REDIRECT_URL);
    expect(load({}).oidc).toBeUndefined();
  });

  it.each(Object.keys(OIDC))('is refused without %s', (name) => {
    expect(faultsOf(without(OIDC, name))).toEqual([expect.stringMatching(`^${name}: is required once OIDC_`)]);
  });

  it('is reached by TLS in production, where the address of our callback is not guessed', () => {
    const faults = faultsOf({ ...PRODUCTION, ...OIDC, OIDC_ISSUER: 'http://login.example.com' });

    expect(faults).toEqual([
      expect.stringMatching(/^OIDC_ISSUER: must begin with https/),
      expect.stringMatching(/^OIDC_REDIRECT_URL: is required in production.*write OIDC_REDIRECT_URL=https/),
    ]);
    expect(load({ ...PRODUCTION, ...OIDC, OIDC_REDIRECT_URL }).oidc?.clientId).toBe('palomar');
  });
});

describe('production', () => {
  it('starts with everything it requires', () => {
    expect(load(PRODUCTION)).toMatchObject({
      production: true,
      whatsapp: { graphUrl: 'https://graph.facebook.com', useSimulator: false, accessToken: 'EAAG-token' },
      warnings: [],
    });
  });

  it('names everything that is missing, and what to write', () => {
    const faults = faultsOf({ NODE_ENV: 'production' });

    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(
      [...Object.keys(META), 'ADMIN_API_KEY', 'DATABASE_URL', 'ENCRYPTION_KEY'].sort(),
    );
    for (const fault of faults) expect(fault).toMatch(/is required in production; write .*[A-Z_]+=/);
  });

  it('does without an app secret when unsigned webhooks are allowed', () => {
    const env = { ...without(PRODUCTION, 'WHATSAPP_APP_SECRET'), WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS: 'true' };

    expect(load(env).whatsapp).toMatchObject({ appSecret: undefined, allowUnsignedWebhooks: true });
  });

  it.each([
    ['ADMIN_EMAIL', 'admin@example.com', 'ADMIN_PASSWORD'],
    ['ADMIN_PASSWORD', 'correct horse', 'ADMIN_EMAIL'],
  ])('refuses %s alone', (name, value, missing) => {
    expect(faultsOf({ ...PRODUCTION, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${missing}: is required once ${name} is set`)),
    ]);
  });
});

describe('credentials outside production', () => {
  it.each(Object.keys(META))('refuses to fill up the others with the simulator’s when only %s is set', (name) => {
    const faults = faultsOf({ [name]: META[name as keyof typeof META] });

    expect(faults.map((fault) => fault.split(':')[0])).toEqual(Object.keys(META).filter((other) => other !== name));
    expect(faults[0]).toContain(`once ${name} is set`);
  });

  it('counts a secret file that cannot be read as set', () => {
    const faults = faultsOf({ WHATSAPP_ACCESS_TOKEN_FILE: '/nowhere' });

    expect(faults).toHaveLength(Object.keys(META).length);
  });

  it('goes to Meta with all of them', () => {
    expect(load(META).whatsapp).toMatchObject({ graphUrl: 'https://graph.facebook.com', useSimulator: false });
  });

  it('uses the simulator’s with an external simulator when only the URL is set', () => {
    expect(load({ WHATSAPP_GRAPH_URL: 'http://simulator:4010/' }).whatsapp).toMatchObject({
      graphUrl: 'http://simulator:4010',
      useSimulator: false,
      accessToken: 'simulator-access-token',
    });
  });

  it.each([
    ['WHATSAPP_API_VERSION', 'v26.0'],
    ['WHATSAPP_MESSAGES_PER_SECOND', '5'],
    ['WHATSAPP_DEFAULT_COUNTRY', 'ES'],
    ['WHATSAPP_API_KEY', 'twilio'],
  ])('does not count %s as a credential', (name, value) => {
    expect(load({ [name]: value }).whatsapp.useSimulator).toBe(true);
  });

  it('looks for the simulator on its port', () => {
    expect(load({ SIMULATOR_PORT: '4999' }).whatsapp).toMatchObject({
      simulatorPort: 4999,
      graphUrl: 'http://127.0.0.1:4999',
    });
  });

  it('checks no signature of the simulator when unsigned webhooks are allowed', () => {
    expect(load({ WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS: 'yes' }).whatsapp.appSecret).toBeUndefined();
  });
});

describe('warnings', () => {
  it('has none for a current environment', () => {
    expect(load(PRODUCTION).warnings).toEqual([]);
  });

  it('has one for each variable of Twilio’s time, with its successor', () => {
    const { warnings } = load({
      ...PRODUCTION,
      WHATSAPP_API_KEY: 'k',
      WHATSAPP_BASE_URL: 'u',
      WHATSAPP_FROM_NUMBER: 'n',
    });

    expect(warnings).toEqual([
      expect.stringMatching(/WHATSAPP_API_KEY is deprecated.*WHATSAPP_ACCESS_TOKEN/),
      expect.stringMatching(/WHATSAPP_BASE_URL is deprecated.*WHATSAPP_GRAPH_URL/),
      expect.stringMatching(/WHATSAPP_FROM_NUMBER is deprecated.*WHATSAPP_PHONE_NUMBER_ID/),
    ]);
  });

  it('has one for an API version that Meta has ended, with a current one', () => {
    expect(load({}).warnings).toEqual([expect.stringMatching(/WHATSAPP_API_VERSION=v18\.0.*2026-01-26.*v26\.0/)]);
  });

  it.each([
    ['WHATSAPP_ACESS_TOKEN', 'WHATSAPP_ACCESS_TOKEN'],
    ['PO_EVENTS_EXCHANGES', 'PO_EVENTS_EXCHANGE'],
    ['DISPATCHER_CONCURENCY', 'DISPATCHER_CONCURRENCY'],
  ])('asks whether %s was meant to be %s', (unknown, meant) => {
    const { warnings } = load({ ...PRODUCTION, [unknown]: 'x' });

    expect(warnings).toEqual([`unknown variable ${unknown}, did you mean ${meant}?`]);
  });

  it('leaves variables of others alone', () => {
    expect(load({ ...PRODUCTION, PATH: '/bin', KUBERNETES_PORT: 'tcp://1' }).warnings).toEqual([]);
  });
});

describe('media', () => {
  const S3 = {
    MEDIA_S3_BUCKET: 'palomar-media',
    MEDIA_S3_ACCESS_KEY_ID: 'AKIA',
    MEDIA_S3_SECRET_ACCESS_KEY: 'a-secret',
  };

  it('is kept beside the other data where nothing else is said', () => {
    expect(load({}).media).toEqual({ dir: join(cwd, '.data/media'), s3: undefined });
    expect(load({ DATA_DIR: 'elsewhere' }).media.dir).toBe(join(cwd, 'elsewhere/media'));
  });

  it('is kept where production says, and nowhere when it does not', () => {
    expect(load({ ...PRODUCTION, MEDIA_DIR: '/srv/media' }).media).toEqual({
      dir: '/srv/media',
      s3: undefined,
    });
    expect(load(PRODUCTION).media).toMatchObject({ dir: undefined, s3: undefined });
  });

  it('is kept in a bucket, of Amazon’s unless another address is given', () => {
    const { s3 } = load({ ...PRODUCTION, ...S3, MEDIA_S3_REGION: 'eu-west-1' }).media;

    expect(s3).toEqual({
      bucket: 'palomar-media',
      region: 'eu-west-1',
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
      accessKeyId: 'AKIA',
      secretAccessKey: 'a-secret',
    });
    expect(load({ ...S3, MEDIA_S3_ENDPOINT: 'http://minio:9000/' }).media.s3?.endpoint).toBe('http://minio:9000');
  });

  it('reads the key of the bucket from files', () => {
    const path = file('key', 'a-secret\n');

    const { s3 } = load({ ...without(S3, 'MEDIA_S3_SECRET_ACCESS_KEY'), MEDIA_S3_SECRET_ACCESS_KEY_FILE: path }).media;

    expect(s3?.secretAccessKey).toBe('a-secret');
  });

  it.each([
    [without(S3, 'MEDIA_S3_BUCKET'), /^MEDIA_S3_BUCKET: is required once MEDIA_S3_ACCESS_KEY_ID is set; write /],
    [without(S3, 'MEDIA_S3_ACCESS_KEY_ID'), /^MEDIA_S3_ACCESS_KEY_ID: is required once MEDIA_S3_BUCKET is set; write /],
    [{ ...S3, MEDIA_DIR: '/srv/media' }, /^MEDIA_DIR: is set, and MEDIA_S3_BUCKET as well; keep one/],
    [{ ...S3, MEDIA_S3_BUCKET: 'a/b' }, /^MEDIA_S3_BUCKET: must be the name of a bucket, such as palomar-media/],
    [{ ...S3, MEDIA_S3_ENDPOINT: 'minio' }, /^MEDIA_S3_ENDPOINT: must be a URL without bucket, such as /],
    [{ MEDIA_RETENTION_DAYS: '0' }, /^MEDIA_RETENTION_DAYS: must be a whole number from 1 to 36500, such as 365/],
  ])('is refused with the variable to mend: %j', (env, fault) => {
    expect(faultsOf(env)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('what is kept', () => {
  it('is kept for good, but for raw deliveries, where nothing else is said', () => {
    expect(load({}).retention).toEqual({ webhookDeliveries: 30 });
  });

  it('is kept for as many days as each kind says', () => {
    const { retention } = load({
      MESSAGE_CONTENT_RETENTION_DAYS: '30',
      TIMELINE_RETENTION_DAYS: '31',
      MEDIA_RETENTION_DAYS: '32',
      WEBHOOK_RETENTION_DAYS: '33',
      ACCOUNT_EVENT_RETENTION_DAYS: '34',
      PO_EVENT_RETENTION_DAYS: '35',
    });

    expect(retention).toEqual({
      messageContent: 30,
      timeline: 31,
      media: 32,
      webhookDeliveries: 33,
      accountEvents: 34,
      poEvents: 35,
    });
  });

  it.each(['MESSAGE_CONTENT', 'TIMELINE', 'PO_EVENT'])(
    'is never younger than what may still be told of it: %s',
    (what) => {
      expect(faultsOf({ [`${what}_RETENTION_DAYS`]: '29' })).toEqual([
        `${what}_RETENTION_DAYS: must be a whole number from 30 to 36500, such as 365`,
      ]);
    },
  );
});

describe('.env.example', () => {
  const example = parse(readFileSync('.env.example'));

  it('names every variable, and no other, with its default', () => {
    const defaults = Object.entries(new Environment()).map(([name, value]) => [name, String(value ?? '')]);

    expect(example).toEqual(Object.fromEntries(defaults));
  });

  it('changes nothing when it is copied to .env', () => {
    const before = load({});
    file('.env', readFileSync('.env.example', 'utf8'));

    expect(load({})).toEqual(before);
  });
});
