import type { WhatsAppConfig } from './app-config.ts';
import type { Faults } from './configuration.error.ts';
import type { Environment } from './environment.ts';

/** What the built-in simulator answers to. */
const SIMULATOR = {
  WHATSAPP_ACCESS_TOKEN: 'simulator-access-token',
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
  WHATSAPP_WEBHOOK_VERIFY_TOKEN: 'simulator-verify-token',
  WHATSAPP_APP_SECRET: 'simulator-app-secret',
} as const;

type Credential = keyof typeof SIMULATOR;
type Credentials = Pick<Environment, Credential>;

const NAMES = Object.keys(SIMULATOR) as Credential[];

const WHAT_TO_WRITE: Record<Credential, string> = {
  WHATSAPP_ACCESS_TOKEN:
    'write the token of a system user, WHATSAPP_ACCESS_TOKEN=EAAG… (Business settings, System users)',
  WHATSAPP_PHONE_NUMBER_ID:
    "write Meta's id of the sending number, WHATSAPP_PHONE_NUMBER_ID=106540352242922 (App dashboard, WhatsApp, API setup)",
  WHATSAPP_BUSINESS_ACCOUNT_ID:
    "write Meta's id of the account, WHATSAPP_BUSINESS_ACCOUNT_ID=102290129340398 (App dashboard, WhatsApp, API setup)",
  WHATSAPP_WEBHOOK_VERIFY_TOKEN:
    'write a word of your own, WHATSAPP_WEBHOOK_VERIFY_TOKEN=a-long-random-word, and the same in the app dashboard',
  WHATSAPP_APP_SECRET:
    'write the secret of the app, WHATSAPP_APP_SECRET=<32 hexadecimal digits> (App dashboard, Settings, Basic); without it a webhook proves nothing, and WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS=true says that this is known',
};

/** Meta's credentials, all of them; or, outside production and with none given, the simulator's. A mixture would send to the wrong place. */
export function readWhatsApp(environment: Environment, faults: Faults): WhatsAppConfig {
  const production = environment.NODE_ENV === 'production';
  const given = NAMES.find((name) => environment[name] !== undefined || faults.has(name));
  const simulated = given === undefined && !production;
  if (!simulated) requireAll(environment, production ? 'in production' : `once ${given} is set`, faults);

  const credentials = simulated ? simulatorCredentials(environment) : environment;
  const graphUrl =
    environment.WHATSAPP_GRAPH_URL ??
    (simulated ? `http://127.0.0.1:${environment.SIMULATOR_PORT}` : 'https://graph.facebook.com');
  return {
    ...complete(credentials),
    previousAppSecret: environment.WHATSAPP_APP_SECRET_PREVIOUS,
    allowUnsignedWebhooks: environment.WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS,
    apiVersion: environment.WHATSAPP_API_VERSION,
    graphUrl: graphUrl.replace(/\/+$/, ''),
    useSimulator: simulated && environment.WHATSAPP_GRAPH_URL === undefined,
    simulatorPort: environment.SIMULATOR_PORT,
    messagesPerSecond: environment.WHATSAPP_MESSAGES_PER_SECOND,
    optOutWords: wordsOf(environment.WHATSAPP_OPT_OUT_WORDS),
    optInWords: wordsOf(environment.WHATSAPP_OPT_IN_WORDS),
    templateSyncMinutes: environment.TEMPLATE_SYNC_MINUTES,
    defaultCountry: environment.WHATSAPP_DEFAULT_COUNTRY,
  };
}

function requireAll(environment: Environment, when: string, faults: Faults): void {
  for (const name of NAMES) {
    if (environment[name] !== undefined) continue;
    if (name === 'WHATSAPP_APP_SECRET' && environment.WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS) continue;
    faults.add(name, `is required ${when}; ${WHAT_TO_WRITE[name]}`);
  }
}

/** The simulator signs, but whoever allows unsigned webhooks and names no secret wants none checked. */
function simulatorCredentials({ WHATSAPP_ALLOW_UNSIGNED_WEBHOOKS: unsigned }: Environment): Credentials {
  return unsigned ? { ...SIMULATOR, WHATSAPP_APP_SECRET: undefined } : SIMULATOR;
}

function complete(credentials: Credentials) {
  return {
    // The four are there, or a fault was noted that stops the start.
    accessToken: credentials.WHATSAPP_ACCESS_TOKEN!,
    phoneNumberId: credentials.WHATSAPP_PHONE_NUMBER_ID!,
    businessAccountId: credentials.WHATSAPP_BUSINESS_ACCOUNT_ID!,
    webhookVerifyToken: credentials.WHATSAPP_WEBHOOK_VERIFY_TOKEN!,
    appSecret: credentials.WHATSAPP_APP_SECRET,
  };
}

function wordsOf(list: string): string[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
