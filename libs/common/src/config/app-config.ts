/** The environment as the rest of the code sees it: typed, validated, complete. Made once, by `loadConfig()` in `env.ts`. */
export class AppConfig {
  readonly production: boolean;
  /** What this process does; replicas may share the work. */
  readonly roles: ReadonlySet<Role>;
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Whose `X-Forwarded-For` is believed. */ readonly trustedProxies: readonly string[];
  };
  /** `url` undefined: embedded PostgreSQL (never in production). */
  readonly database: { readonly url: string | undefined; readonly poolSize: number };
  /** `url` undefined: the purchase-order consumer is off. */
  readonly rabbitmq: { readonly url: string | undefined };
  readonly whatsapp: WhatsAppConfig;
  /** A minute; 0: no limit. */
  readonly requestLimits: {
    readonly perKey: number;
    /** Without a valid key, from one address. */ readonly perStranger: number;
  };
  readonly retention: RetentionConfig;
  readonly notificationsEnabled: boolean;
  readonly poEvents: PoEventsConfig;
  readonly dispatcher: DispatcherConfig;
  readonly supportDesk: {
    /** What its clients call a sending number of ours: Meta's id of it. */ readonly senders: ReadonlyMap<
      string,
      string
    >;
  };
  /** Undefined: made at first start and kept under `.data/` (never in production). */
  readonly adminApiKey: string | undefined;
  /** 32 bytes, for access tokens of tenants. Undefined outside production only. */
  readonly encryptionKey: Buffer | undefined;
  /** What was stored under it is still opened, and sealed anew. */
  readonly previousEncryptionKey: Buffer | undefined;
  /** The first person who may sign in. Undefined: made at first start (never in production). */
  readonly admin: { readonly email: string | undefined; readonly password: string | undefined };
  /** Undefined: people sign in with a password only. */
  readonly oidc: OidcConfig | undefined;
  readonly logLevel: LogLevel;
  readonly media: MediaConfig;
  /** Where the embedded database and the generated secrets live; `.data` in the working directory. */
  readonly dataDir: string;
  /** Things to tell the operator at start: deprecated names, an API version past its end. */
  readonly warnings: readonly string[];

  constructor(values: AppConfig) {
    Object.assign(this, values);
  }
}

/** The HTTP routes for callers; Meta's deliveries; sending; purchase-order events from the broker. */
export const ROLES = ['api', 'webhooks', 'dispatcher', 'po-events'] as const;
export type Role = (typeof ROLES)[number];

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface WhatsAppConfig {
  readonly accessToken: string;
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly webhookVerifyToken: string;
  /** Undefined only where unsigned webhooks are allowed. */
  readonly appSecret: string | undefined;
  /** Accepted as well, while a rotation lasts. */
  readonly previousAppSecret: string | undefined;
  readonly allowUnsignedWebhooks: boolean;
  /** `v18.0` */
  readonly apiVersion: string;
  /** Without a slash at the end. */
  readonly graphUrl: string;
  /** True when no WhatsApp variable is set outside production: the built-in simulator is started and used. */
  readonly useSimulator: boolean;
  /** Port of the built-in simulator on 127.0.0.1. */
  readonly simulatorPort: number;
  readonly messagesPerSecond: number;
  /** What a customer writes, alone, to get no more marketing messages, and to get them again. */
  readonly optOutWords: readonly string[];
  readonly optInWords: readonly string[];
  /** How often all templates are fetched from Meta beside what webhooks tell; 0: never. */
  readonly templateSyncMinutes: number;
  /** ISO 3166 alpha-2, for numbers without `+`. */
  readonly defaultCountry: string | undefined;
}

export interface PoEventsConfig {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKeys: readonly string[];
  /** Of the notification of an approved order, unless `templates` says otherwise. */
  readonly template: string;
  readonly language: string;
  /** How each kind of event is told, by its type; events of other types are skipped. */
  readonly templates: ReadonlyMap<string, EventTemplate>;
}

/** Which template tells of a kind of event, and which fields of the event feed it; fields by their path, `data.po_number`. */
export interface EventTemplate {
  readonly eventType: string;
  /** Meta's name, or a key of ours. */
  readonly template: { readonly name: string } | { readonly key: string };
  readonly language: string;
  /** The field with the phone number of whoever is told. */
  readonly to: string;
  readonly recipientName: string | undefined;
  /** In the order of `{{1}}`, `{{2}}`…, or by name where the template has names. */
  readonly parameters: readonly EventParameter[] | Readonly<Record<string, EventParameter>>;
}

/** The field of a text, or the fields of an amount and its currency, which become one text. */
export type EventParameter = string | { readonly amount: string; readonly currency: string };

/** An identity provider that signs people in, by OpenID Connect. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the provider sends the browser back to: our callback, as seen from outside. */
  readonly redirectUrl: string;
}

export interface MediaConfig {
  /** Where files are kept on disk. Undefined: production says nothing, so no file is kept unless `s3` is there. */
  readonly dir: string | undefined;
  /** S3-compatible storage, in the place of the disk. */
  readonly s3: S3Config | undefined;
}

/** How many days each kind of data is kept; undefined: for good. */
export interface RetentionConfig {
  /** What a message says. The message itself, its status and its times stay. */
  readonly messageContent: number | undefined;
  readonly timeline: number | undefined;
  readonly media: number | undefined;
  readonly webhookDeliveries: number;
  readonly accountEvents: number | undefined;
  /** Purchase-order events that were taken, and dead letters. */
  readonly poEvents: number | undefined;
}

export interface S3Config {
  /** Without a slash at the end; the bucket is a segment of the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type UnconfirmedPolicy = 'witness' | 'hold' | 'resend';

export interface DispatcherConfig {
  /** How long a claimed message belongs to one process without a heartbeat. */
  readonly leaseMs: number;
  /** How often expired leases and expired messages are looked for. */
  readonly sweepMs: number;
  /** How long Meta may take to answer one send; always shorter than the lease. */
  readonly sendTimeoutMs: number;
  /** Until the first message that probes whether a hold is over; later ones are rarer. */
  readonly probeMs: number;
  /** Messages on the wire at once, per process. */
  readonly concurrency: number;
  readonly unconfirmedPolicy: UnconfirmedPolicy;
  readonly unconfirmedGraceMs: number;
}
