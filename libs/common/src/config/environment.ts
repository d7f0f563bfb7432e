import { Transform } from 'class-transformer';
import {
  IsBase64,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { isSupportedCountry } from 'libphonenumber-js/max';

import type { LogLevel, UnconfirmedPolicy } from './app-config.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const POLICIES = ['witness', 'hold', 'resend'] as const;

/** A whole number in a range. */
function Whole(min: number, max: number, example: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}, such as ${example}`;
  return all(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value)),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

function Flag(): PropertyDecorator {
  const words = new Map([
    ['true', true],
    ['1', true],
    ['yes', true],
    ['false', false],
    ['0', false],
    ['no', false],
  ]);
  return all(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (words.get(value.toLowerCase()) ?? value) : value,
    ),
    IsBoolean({ message: 'must be true or false' }),
  );
}

function Form(form: RegExp, message: string): PropertyDecorator {
  return all(IsOptional(), Matches(form, { message: `must be ${message}` }));
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}

const DIGITS = /^\d{5,30}$/;
const BYTES = 32;

/** Every variable Palomar reads, with its default; `.env.example` says why each is there. Undefined: none, or decided at start. */
export class Environment {
  @IsIn(['development', 'test', 'production'], { message: 'must be development, test or production' })
  NODE_ENV = 'development';

  @Whole(0, 65_535, 3000)
  PORT = 3000;

  @IsNotEmpty()
  HOST = '0.0.0.0';

  @Form(/^postgres(ql)?:\/\/\S+$/, 'a PostgreSQL URL such as postgresql://palomar:password@localhost:5432/palomar')
  DATABASE_URL: string | undefined = undefined;

  @Whole(2, 500, 10)
  DATABASE_POOL_SIZE = 10;

  @Form(/^amqps?:\/\/\S+$/, 'an AMQP URL such as amqp://palomar:password@localhost:5672')
  RABBITMQ_URL: string | undefined = undefined;

  @Form(/^[\x21-\x7e]+$/, 'the token of a Meta system user, without blanks')
  WHATSAPP_ACCESS_TOKEN: string | undefined = undefined;

  @Form(DIGITS, "Meta's id of the sending number, digits such as 106540352242922 (not the phone number)")
  WHATSAPP_PHONE_NUMBER_ID: string | undefined = undefined;

  @Form(DIGITS, "Meta's id of the WhatsApp Business Account, digits such as 102290129340398")
  WHATSAPP_BUSINESS_ACCOUNT_ID: string | undefined = undefined;

  @Form(/^\S+$/, 'the verify token typed into the app dashboard, without blanks')
  WHATSAPP_WEBHOOK_VERIFY_TOKEN: string | undefined = undefined;

  @Form(/^\S+$/, 'the app secret of the Meta app, without blanks')
  WHATSAPP_APP_SECRET: string | undefined = undefined;

  @Flag()
  WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS = false;

  @Form(/^v\d{1,2}\.\d$/, 'a Graph API version such as v26.0')
  WHATSAPP_API_VERSION = 'v18.0';

  @Form(/^https?:\/\/[^\s?#]+$/, 'an http or https URL such as https://graph.facebook.com')
  WHATSAPP_GRAPH_URL: string | undefined = undefined;

  @Whole(1, 65_535, 4010)
  SIMULATOR_PORT = 4010;

  WHATSAPP_API_KEY: string | undefined = undefined;
  WHATSAPP_BASE_URL: string | undefined = undefined;
  WHATSAPP_FROM_NUMBER: string | undefined = undefined;

  @Flag()
  ENABLE_WHATSAPP_NOTIFICATIONS = true;

  @Whole(1, 10_000, 80)
  WHATSAPP_MESSAGES_PER_SECOND = 80;

  @Whole(100, 600_000, 30_000)
  WHATSAPP_SEND_TIMEOUT_MS = 30_000;

  @IsOptional()
  @ValidateBy({
    name: 'isCountry',
    validator: {
      validate: (value) => typeof value === 'string' && isSupportedCountry(value),
      defaultMessage: () => 'must be an ISO 3166 country code in capitals, such as ES',
    },
  })
  WHATSAPP_DEFAULT_COUNTRY: string | undefined = undefined;

  @Whole(1, 2_000, 50)
  DISPATCHER_CONCURRENCY = 50;

  @Whole(500, 3_600_000, 60_000)
  DISPATCHER_LEASE_MS = 60_000;

  @Whole(100, 3_600_000, 10_000)
  DISPATCHER_SWEEP_MS = 10_000;

  @IsIn(POLICIES, { message: `must be one of ${POLICIES.join(', ')}` })
  UNCONFIRMED_POLICY: UnconfirmedPolicy = 'witness';

  @Whole(0, 86_400_000, 60_000)
  UNCONFIRMED_GRACE_MS = 60_000;

  @Form(/^[\w.:-]{1,255}$/, 'an exchange name such as procurement.events')
  PO_EVENTS_EXCHANGE = 'procurement.events';

  @Form(/^[\w.:-]{1,200}$/, 'a queue name such as notification.po-events')
  PO_EVENTS_QUEUE = 'notification.po-events';

  @Form(/^[\w.*#-]+(\s*,\s*[\w.*#-]+)*$/, 'binding keys parted by commas, such as po.approved')
  PO_EVENTS_ROUTING_KEYS = 'po.approved';

  @Form(/^[a-z0-9_]{1,512}$/, 'a template name: lower-case letters, digits and underscores, such as po_notification')
  PO_NOTIFICATION_TEMPLATE = 'po_notification';

  @Form(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/, 'a template language such as es or en_US')
  PO_NOTIFICATION_LANGUAGE = 'es';

  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters; make one with: openssl rand -base64 32' })
  ADMIN_API_KEY: string | undefined = undefined;

  @IsOptional()
  @IsEmail({}, { message: 'must be an e-mail address' })
  ADMIN_EMAIL: string | undefined = undefined;

  @IsOptional()
  @MinLength(12, { message: 'must have at least 12 characters' })
  ADMIN_PASSWORD: string | undefined = undefined;

  @IsOptional()
  @IsBase64({}, { message: `must be ${BYTES} bytes in base64; make it with: openssl rand -base64 ${BYTES}` })
  @ValidateBy({
    name: 'hasKeyLength',
    validator: {
      validate: (value) => typeof value === 'string' && Buffer.from(value, 'base64').length === BYTES,
      defaultMessage: () => `must be ${BYTES} bytes in base64; make it with: openssl rand -base64 ${BYTES}`,
    },
  })
  ENCRYPTION_KEY: string | undefined = undefined;

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';

  @IsNotEmpty()
  DATA_DIR = '.data';
}

/** Each may be given as `<NAME>_FILE` instead: a path whose content is the value. */
export const SECRETS = [
  'DATABASE_URL',
  'RABBITMQ_URL',
  'WHATSAPP_ACCESS_TOKEN',
  'WHATSAPP_APP_SECRET',
  'WHATSAPP_WEBHOOK_VERIFY_TOKEN',
  'ADMIN_API_KEY',
  'ADMIN_PASSWORD',
  'ENCRYPTION_KEY',
] as const satisfies (keyof Environment)[];

/** From the time of Twilio: accepted, unused. */
export const DEPRECATED = {
  WHATSAPP_API_KEY: 'WHATSAPP_ACCESS_TOKEN',
  WHATSAPP_BASE_URL: 'WHATSAPP_GRAPH_URL',
  WHATSAPP_FROM_NUMBER: 'WHATSAPP_PHONE_NUMBER_ID',
} as const satisfies Partial<Record<keyof Environment, keyof Environment>>;
