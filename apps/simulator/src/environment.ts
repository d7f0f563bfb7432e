import { DEFAULT_OPTIONS, DEFAULT_PORT, type SimulatorOptions } from './defaults.ts';

/** Text options and the variables that set them. */
const TEXTS = {
  webhookUrl: 'SIMULATOR_WEBHOOK_URL',
  accessToken: 'SIMULATOR_ACCESS_TOKEN',
  appSecret: 'SIMULATOR_APP_SECRET',
  verifyToken: 'SIMULATOR_VERIFY_TOKEN',
  phoneNumberId: 'SIMULATOR_PHONE_NUMBER_ID',
  businessAccountId: 'SIMULATOR_BUSINESS_ACCOUNT_ID',
  displayPhoneNumber: 'SIMULATOR_DISPLAY_PHONE_NUMBER',
} as const satisfies Partial<Record<keyof SimulatorOptions, string>>;

/**
 * Options from `SIMULATOR_…` variables; an empty one counts as unset.
 * @throws Error naming the variable that is not a whole number
 */
export function optionsFrom(env: NodeJS.ProcessEnv): SimulatorOptions {
  const texts = Object.entries(TEXTS).flatMap(([option, name]) => (env[name] ? [[option, env[name]]] : []));
  const delayMs = wholeNumber(env, 'SIMULATOR_DELAY_MS');
  const templateReviewMs = wholeNumber(env, 'SIMULATOR_TEMPLATE_REVIEW_MS') ?? DEFAULT_OPTIONS.templateReviewMs;
  const messagesPerSecond = wholeNumber(env, 'SIMULATOR_MESSAGES_PER_SECOND') ?? null;
  return {
    ...DEFAULT_OPTIONS,
    ...(Object.fromEntries(texts) as Partial<SimulatorOptions>),
    port: wholeNumber(env, 'SIMULATOR_PORT') ?? DEFAULT_PORT,
    ...(delayMs !== undefined && { statusDelaysMs: { sent: delayMs, delivered: delayMs, read: delayMs } }),
    templateReviewMs,
    limits: { ...DEFAULT_OPTIONS.limits, messagesPerSecond },
  };
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const given = env[name];
  if (!given) return undefined;
  if (!/^\d+$/.test(given)) throw new Error(`${name} must be a whole number, such as 150`);
  return Number(given);
}
