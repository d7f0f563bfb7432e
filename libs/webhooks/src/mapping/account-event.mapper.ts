import { createHash } from 'node:crypto';

import { type JsonObject, objectOf, textOf, timeOf } from '../json.ts';
import { type AccountReader, type AccountReading, wordOf } from './account-reading.ts';
import { readAccountUpdate, readAlert, readCapability, readReview } from './account-readings.ts';
import { readNumberName, readNumberQuality, readSecurity, readUsername } from './number-readings.ts';
import {
  readCategoryDetection,
  readTemplateCategory,
  readTemplateComponents,
  readTemplateQuality,
  readTemplateStatus,
} from './template-readings.ts';

/** Something Meta says of an account, a number or a template, or in a field that this code does not know. */
export interface AccountNews extends AccountReading {
  businessAccountId: string;
  field: string;
  known: boolean;
  /** Of the entry; undefined where Meta gave none. */
  occurredAt: Date | undefined;
  /** JSON text. */
  value: string;
  fingerprint: string;
  /** Where it stands byte for byte. */
  deliveryId?: string;
}

/** A map, because an object also knows words like `constructor`. */
const READERS = new Map<string, AccountReader>([
  ['message_template_status_update', readTemplateStatus],
  ['message_template_quality_update', readTemplateQuality],
  ['message_template_components_update', readTemplateComponents],
  ['template_category_update', readTemplateCategory],
  ['template_correct_category_detection', readCategoryDetection],
  ['phone_number_quality_update', readNumberQuality],
  ['phone_number_name_update', readNumberName],
  ['business_username_updates', readUsername],
  ['security', readSecurity],
  ['account_update', readAccountUpdate],
  ['account_alerts', readAlert],
  ['account_review_update', readReview],
  ['business_capability_update', readCapability],
]);

/** Documented fields of products that Palomar does not use. */
const ONLY_LISTED = new Set([
  'automatic_events',
  'calls',
  'flows',
  'group_lifecycle_update',
  'group_participants_update',
  'group_settings_update',
  'group_status_update',
  'messaging_handovers',
  'partner_solutions',
  'payment_configuration_update',
  'smb_app_state_sync',
  'tracking',
  'user_id_update',
]);

/** @returns undefined when the value is nested too deeply to be written down */
export function toAccountNews(entry: JsonObject, field: string, value: unknown): AccountNews | undefined {
  const text = jsonText(value);
  if (text === undefined) return undefined;
  const businessAccountId = textOf(entry.id) ?? 'unknown';
  const reading = readerOf(field)(objectOf(value));
  const known = READERS.has(field) || ONLY_LISTED.has(field);
  return {
    ...reading,
    businessAccountId: wordOf(businessAccountId)!,
    field: wordOf(field)!,
    known,
    occurredAt: timeOf(entry.time),
    value: text,
    fingerprint: fingerprintOf([businessAccountId, field, text, textOf(entry.time) ?? null]),
  };
}

function readerOf(field: string): AccountReader {
  const reader = READERS.get(field);
  if (reader) return reader;
  return ({ event }) => ({ event: wordOf(event), summary: summaryOf(field) });
}

function summaryOf(field: string): string {
  const name = JSON.stringify(wordOf(field));
  if (ONLY_LISTED.has(field)) return `News of ${name}, which Palomar does not use. Nothing to do.`;
  return `Field ${name} is newer than this version of Palomar: it is kept and changed nothing. Look at its value.`;
}

function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    // Only hostile nesting overflows here.
    return undefined;
  }
}

function fingerprintOf(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
