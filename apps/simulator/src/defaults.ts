/** What the simulator calls itself when nothing else is configured. Palomar's development configuration uses the same values. */
export const DEFAULT_PORT = 4010;
export const DEFAULT_ACCESS_TOKEN = 'simulator-access-token';
export const DEFAULT_APP_SECRET = 'simulator-app-secret';
export const DEFAULT_VERIFY_TOKEN = 'simulator-verify-token';
export const DEFAULT_PHONE_NUMBER_ID = '106540352242922';
export const DEFAULT_BUSINESS_ACCOUNT_ID = '102290129340398';
export const DEFAULT_DISPLAY_PHONE_NUMBER = '+1 555-078-3881';

export interface SimulatorOptions {
  /** On 127.0.0.1; 0 takes any free one. */
  port: number;
  /** Where webhooks go. Undefined: nothing is delivered until the control API names one. */
  webhookUrl: string | undefined;
  accessToken: string;
  appSecret: string;
  /** Word of the GET handshake when a callback URL is subscribed. */
  verifyToken: string;
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string;
  /** Pause before each status, counted from the one before it (from acceptance for `sent`). */
  statusDelaysMs: { sent: number; delivered: number; read: number };
  /** How a webhook that was not answered with 200 is repeated. */
  retry: { firstPauseMs: number; longestPauseMs: number; giveUpAfterMs: number };
  /** How long a new or edited template stays PENDING. */
  templateReviewMs: number;
  limits: SimulatorLimits;
  /** Accepted messages remembered; the oldest go first. */
  ledgerSize: number;
}

/** Those of sends are off by default, so that load tests measure the client; the control API turns them on. */
export interface SimulatorLimits {
  /** 130429 above this many in any second, per sending number. Null: no limit. */
  messagesPerSecond: number | null;
  /** 131056 above one message per 6 s to one person, 45 of them lent in advance. */
  pair: boolean;
  /** How many templates the account can have: Meta's figure for a verified business. */
  templates: number;
  templateCreationsPerHour: number;
}

export const DEFAULT_OPTIONS: SimulatorOptions = {
  port: DEFAULT_PORT,
  webhookUrl: undefined,
  accessToken: DEFAULT_ACCESS_TOKEN,
  appSecret: DEFAULT_APP_SECRET,
  verifyToken: DEFAULT_VERIFY_TOKEN,
  phoneNumberId: DEFAULT_PHONE_NUMBER_ID,
  businessAccountId: DEFAULT_BUSINESS_ACCOUNT_ID,
  displayPhoneNumber: DEFAULT_DISPLAY_PHONE_NUMBER,
  statusDelaysMs: { sent: 150, delivered: 300, read: 400 },
  retry: { firstPauseMs: 250, longestPauseMs: 10_000, giveUpAfterMs: 3_600_000 },
  templateReviewMs: 300,
  limits: { messagesPerSecond: null, pair: false, templates: 6_000, templateCreationsPerHour: 100 },
  ledgerSize: 200_000,
};
