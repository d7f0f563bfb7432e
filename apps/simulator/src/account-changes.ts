import { type Account, digitsOf } from './account.ts';
import type { JsonObject } from './checks.ts';
import type { Change } from './webhook-body.ts';

/** News of the account, as the control API takes it. */
export interface AccountNewsRequest {
  /** Name of the webhook field; any, also one that does not exist. */
  field: string;
  /** What is different from the sample of the field; all of it where there is no sample. */
  value?: JsonObject;
  /** Seconds since 1970; now when left out. */
  time?: number;
}

/** A change in any field but `messages`, built from a sample of that field. */
export function accountChange(account: Account, { field, value, time }: AccountNewsRequest): Change {
  const [number] = account.numbers.values();
  const displayed = number ? digitsOf(number.display_phone_number) : '';
  const sample = SAMPLES.get(field)?.(displayed) ?? {};
  return { field, value: { ...sample, ...value }, ...(time !== undefined && { time }) };
}

const TEMPLATE = {
  message_template_id: 1689556908129832,
  message_template_name: 'po_notification',
  message_template_language: 'es',
};

/** By field, for a number as webhooks show it. */
const SAMPLES = new Map<string, (displayed: string) => JsonObject>([
  ['message_template_status_update', () => ({ event: 'APPROVED', ...TEMPLATE, reason: 'NONE' })],
  [
    'message_template_quality_update',
    () => ({ previous_quality_score: 'GREEN', new_quality_score: 'YELLOW', ...TEMPLATE }),
  ],
  [
    'message_template_components_update',
    () => ({
      ...TEMPLATE,
      message_template_element: 'Hola {{1}}, orden {{2}} por {{3}}.',
      message_template_buttons: [],
    }),
  ],
  ['template_category_update', () => ({ ...TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' })],
  ['template_correct_category_detection', () => ({ ...TEMPLATE, category: 'UTILITY', correct_category: 'MARKETING' })],
  [
    'phone_number_quality_update',
    (displayed) => ({
      display_phone_number: displayed,
      event: 'THROUGHPUT_UPGRADE',
      max_daily_conversations_per_business: 'TIER_UNLIMITED',
    }),
  ],
  [
    'phone_number_name_update',
    (displayed) => ({
      display_phone_number: displayed,
      decision: 'APPROVED',
      requested_verified_name: 'Palomar Demo',
      rejection_reason: null,
    }),
  ],
  [
    'business_username_updates',
    (displayed) => ({ display_phone_number: displayed, username: 'palomar', status: 'approved' }),
  ],
  ['security', (displayed) => ({ display_phone_number: displayed, event: 'PIN_CHANGED', requester: '61550000000000' })],
  [
    'account_update',
    () => ({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: 'January 31, 2027' } }),
  ],
  [
    'account_alerts',
    () => ({
      entity_type: 'WABA',
      entity_id: '102290129340398',
      alert_info: {
        alert_severity: 'CRITICAL',
        alert_status: 'ACTIVE',
        alert_type: 'OBA_APPROVED',
        alert_description: 'A sample.',
      },
    }),
  ],
  ['account_review_update', () => ({ decision: 'APPROVED' })],
  [
    'business_capability_update',
    () => ({
      max_daily_conversations_per_business: 2000,
      max_phone_numbers_per_business: 25,
      max_phone_numbers_per_waba: 25,
    }),
  ],
]);
