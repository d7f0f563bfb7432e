import { IsEmail, IsOptional, Length, MinLength } from 'class-validator';
import { isSupportedCountry } from 'libphonenumber-js/max';

import { areProxies } from '../client-address.ts';
import { type LogLevel, ROLES, type UnconfirmedPolicy } from './app-config.ts';
import { Check, Flag, Form, OneOf, Url, Whole } from './variable.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const satisfies LogLevel[];
const POLICIES = ['witness', 'hold', 'resend'] as const satisfies UnconfirmedPolicy[];

/** In days. Statuses still come for that long, and publishers may repeat an event. */
const MONTH = 30;

const META_ID = /^\d{5,30}$/;
const NO_BLANKS = /^\S+$/;
const AMQP_NAME = /^\S{1,255}$/;
/** 32 bytes take 43 characters and one `=`. */
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;

/** `api`, or `api,webhooks`…: each one of ours, parted by commas. */
const ROLE_LIST = new RegExp(`^(${ROLES.join('|')})(\\s*,\\s*(${ROLES.join('|')}))*$`);

const WORD_LIST = /^[^,]+(,[^,]+)*$/;

const SENDER_LIST = /^\s*[^=,]+=\s*\d{5,30}\s*(,\s*[^=,]+=\s*\d{5,30}\s*)*$/;

const isProxyList = (value: unknown): boolean =>
  typeof value === 'string' && areProxies(value.split(',').map((address) => address.trim()));

const isCountry = (value: unknown): boolean => typeof value === 'string' && isSupportedCountry(value);

/** Every variable Palomar reads, with its default; `.env.example` says why each is there. Undefined: none, or decided at start. */
export class Environment {
  @OneOf(['development', 'test', 'production'])
  NODE_ENV = 'development';

  @Form(ROLE_LIST, `roles parted by commas, out of ${ROLES.join(',')}`)
  PALOMAR_ROLES = ROLES.join(',');

  @Whole(0, 65_535, 3000)
  PORT = 3000;

  @Form(NO_BLANKS, 'an address to listen on, such as 0.0.0.0')
  HOST = '0.0.0.0';

  @Check(isProxyList, 'addresses or ranges parted by commas, such as 10.0.0.0/8,192.0.2.10')
  TRUSTED_PROXIES: string | undefined = undefined;

  @Url(['postgresql', 'postgres'], 'a PostgreSQL URL such as postgresql://palomar:password@localhost:5432/palomar')
  DATABASE_URL: string | undefined = undefined;

  @Whole(2, 500, 10)
  DATABASE_POOL_SIZE = 10;

  @Url(['amqp', 'amqps'], 'an AMQP URL such as amqp://palomar:password@localhost:5672')
  RABBITMQ_URL: string | undefined = undefined;

  @Form(/^[\x21-\x7e]+$/, 'the token of a Meta system user, without blanks, such as EAAG…')
  WHATSAPP_ACCESS_TOKEN: string | undefined = undefined;

  @Form(META_ID, "Meta's id of the sending number, digits such as 106540352242922 (not the phone number)")
  WHATSAPP_PHONE_NUMBER_ID: string | undefined = undefined;

  @Form(META_ID, "Meta's id of the WhatsApp Business Account, digits such as 102290129340398")
  WHATSAPP_BUSINESS_ACCOUNT_ID: string | undefined = undefined;

  @Form(NO_BLANKS, 'the verify token typed into the app dashboard, without blanks, such as a-long-random-word')
  WHATSAPP_WEBHOOK_VERIFY_TOKEN: string | undefined = undefined;

  @Form(NO_BLANKS, 'the secret of the Meta app, without blanks, such as 32 hexadecimal digits')
  WHATSAPP_APP_SECRET: string | undefined = undefined;

  @Form(NO_BLANKS, 'the secret the Meta app had before, without blanks')
  WHATSAPP_APP_SECRET_PREVIOUS: string | undefined = undefined;

  @Flag()
  WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS = false;

  @Form(/^v\d{1,2}\.0$/, 'a Graph API version such as v26.0')
  WHATSAPP_API_VERSION = 'v18.0';

  @Url(['https', 'http'], 'a URL without version, such as https://graph.facebook.com')
  @Form(/^(?!.*\/v\d+\.\d+\/*$)[^?#]+$/, 'a URL without version or query, such as https://graph.facebook.com')
  WHATSAPP_GRAPH_URL: string | undefined = undefined;

  @Whole(1, 65_535, 4010)
  SIMULATOR_PORT = 4010;

  @Flag()
  ENABLE_WHATSAPP_NOTIFICATIONS = true;

  @Form(WORD_LIST, 'words parted by commas, such as STOP,BAJA')
  WHATSAPP_OPT_OUT_WORDS = 'STOP,UNSUBSCRIBE,BAJA,ALTO,PARAR,SAIR,CANCELARSE,ARRET,STOPP,ABMELDEN';

  @Form(WORD_LIST, 'words parted by commas, such as START,ALTA')
  WHATSAPP_OPT_IN_WORDS = 'START,UNSTOP,SUBSCRIBE,ALTA,VOLTAR';

  @Whole(0, 10_080, 60)
  TEMPLATE_SYNC_MINUTES = 60;

  @Whole(1, 10_000, 80)
  WHATSAPP_MESSAGES_PER_SECOND = 80;

  @Whole(100, 600_000, 30_000)
  WHATSAPP_SEND_TIMEOUT_MS = 30_000;

  @Check(isCountry, 'an ISO 3166 country code in capitals, such as ES')
  WHATSAPP_DEFAULT_COUNTRY: string | undefined = undefined;

  @Whole(500, 3_600_000, 60_000)
  DISPATCHER_LEASE_MS = 60_000;

  @Whole(100, 3_600_000, 10_000)
  DISPATCHER_SWEEP_MS = 10_000;

  @Whole(1, 2_000, 250)
  DISPATCHER_CONCURRENCY = 250;

  @Whole(50, 3_600_000, 5_000)
  DISPATCHER_PROBE_MS = 5_000;

  @OneOf(POLICIES)
  UNCONFIRMED_POLICY: UnconfirmedPolicy = 'witness';

  @Whole(0, 86_400_000, 60_000)
  UNCONFIRMED_GRACE_MS = 60_000;

  @Whole(1, 3_650, 30)
  WEBHOOK_RETENTION_DAYS = 30;

  @IsOptional()
  @Whole(MONTH, 36_500, 365)
  MESSAGE_CONTENT_RETENTION_DAYS: number | undefined = undefined;

  @IsOptional()
  @Whole(MONTH, 36_500, 365)
  TIMELINE_RETENTION_DAYS: number | undefined = undefined;

  @IsOptional()
  @Whole(1, 36_500, 365)
  ACCOUNT_EVENT_RETENTION_DAYS: number | undefined = undefined;

  @IsOptional()
  @Whole(MONTH, 36_500, 365)
  PO_EVENT_RETENTION_DAYS: number | undefined = undefined;

  @Form(SENDER_LIST, "names and Meta's ids of sending numbers, such as support=106540352242922")
  SUPPORT_DESK_SENDERS: string | undefined = undefined;

  @Form(AMQP_NAME, 'an exchange name such as procurement.events')
  PO_EVENTS_EXCHANGE = 'procurement.events';

  @Form(AMQP_NAME, 'a queue name such as notification.po-events')
  PO_EVENTS_QUEUE = 'notification.po-events';

  @Form(/^[^\s,]+(\s*,\s*[^\s,]+)*$/, 'binding keys parted by commas, such as po.approved,po.changed')
  PO_EVENTS_ROUTING_KEYS = 'po.approved';

  @Form(/^[a-z0-9_]{1,512}$/, 'a template name: lower-case letters, digits and underscores, such as po_notification')
  PO_NOTIFICATION_TEMPLATE = 'po_notification';

  @Form(/^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/, 'a template language such as es or en_US')
  PO_NOTIFICATION_LANGUAGE = 'es';

  PO_EVENT_TEMPLATES: string | undefined = undefined;

  MEDIA_DIR: string | undefined = undefined;

  @Form(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, 'the name of a bucket, such as palomar-media')
  MEDIA_S3_BUCKET: string | undefined = undefined;

  @Url(['https', 'http'], 'a URL without bucket, such as https://s3.eu-west-1.amazonaws.com')
  MEDIA_S3_ENDPOINT: string | undefined = undefined;

  @Form(/^[a-z0-9-]{1,40}$/, 'a region such as eu-west-1')
  MEDIA_S3_REGION = 'us-east-1';

  @Form(NO_BLANKS, 'the id of an access key, without blanks')
  MEDIA_S3_ACCESS_KEY_ID: string | undefined = undefined;

  @Form(NO_BLANKS, 'the secret of the access key, without blanks')
  MEDIA_S3_SECRET_ACCESS_KEY: string | undefined = undefined;

  @IsOptional()
  @Whole(1, 36_500, 365)
  MEDIA_RETENTION_DAYS: number | undefined = undefined;

  @Whole(0, 10_000_000, 60_000)
  API_KEY_REQUESTS_PER_MINUTE = 60_000;

  @Whole(0, 10_000_000, 600)
  UNAUTHENTICATED_REQUESTS_PER_MINUTE = 600;

  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters; make one with: openssl rand -base64 32' })
  ADMIN_API_KEY: string | undefined = undefined;

  @IsOptional()
  @IsEmail({ require_tld: false }, { message: 'must be an e-mail address such as admin@example.com' })
  ADMIN_EMAIL: string | undefined = undefined;

  @IsOptional()
  @Length(12, 128, { message: 'must have 12 to 128 characters; make one with: openssl rand -base64 18' })
  ADMIN_PASSWORD: string | undefined = undefined;

  @Url(['https', 'http'], 'the address of an identity provider, such as https://login.example.com')
  OIDC_ISSUER: string | undefined = undefined;

  @Form(NO_BLANKS, 'the id of this application at the identity provider, without blanks')
  OIDC_CLIENT_ID: string | undefined = undefined;

  @Form(NO_BLANKS, 'the secret of this application at the identity provider, without blanks')
  OIDC_CLIENT_SECRET: string | undefined = undefined;

  @Url(['https', 'http'], 'our callback as seen from outside, https://palomar.example.com/api/v1/auth/oidc/callback')
  OIDC_REDIRECT_URL: string | undefined = undefined;

  @Form(BASE64_OF_32_BYTES, '32 bytes in base64; make it with: openssl rand -base64 32')
  ENCRYPTION_KEY: string | undefined = undefined;

  @Form(BASE64_OF_32_BYTES, '32 bytes in base64: the ENCRYPTION_KEY of before')
  ENCRYPTION_KEY_PREVIOUS: string | undefined = undefined;

  @OneOf(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  DATA_DIR = '.data';

  WHATSAPP_API_KEY: string | undefined = undefined;
  WHATSAPP_BASE_URL: string | undefined = undefined;
  WHATSAPP_FROM_NUMBER: string | undefined = undefined;
}

export type VariableName = keyof Environment;

export const VARIABLE_NAMES = Object.keys(new Environment()) as VariableName[];

/** Each may be given as `<NAME>_FILE` instead: a path whose content is the value. Secrets, and what is long. */
export const FROM_FILES = [
  'DATABASE_URL',
  'RABBITMQ_URL',
  'WHATSAPP_ACCESS_TOKEN',
  'WHATSAPP_APP_SECRET',
  'WHATSAPP_APP_SECRET_PREVIOUS',
  'WHATSAPP_WEBHOOK_VERIFY_TOKEN',
  'MEDIA_S3_ACCESS_KEY_ID',
  'MEDIA_S3_SECRET_ACCESS_KEY',
  'ADMIN_API_KEY',
  'ADMIN_PASSWORD',
  'OIDC_CLIENT_SECRET',
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEY_PREVIOUS',
  'PO_EVENT_TEMPLATES',
] as const satisfies VariableName[];

/** From the time of Twilio: accepted, unused. */
export const DEPRECATED = {
  WHATSAPP_API_KEY: 'WHATSAPP_ACCESS_TOKEN',
  WHATSAPP_BASE_URL: 'WHATSAPP_GRAPH_URL',
  WHATSAPP_FROM_NUMBER: 'WHATSAPP_PHONE_NUMBER_ID',
} as const satisfies Partial<Record<VariableName, VariableName>>;
