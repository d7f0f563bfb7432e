import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { toAccountNews } from './account-event.mapper.ts';
import { toEchoItems, toHistoryItems } from './elsewhere.mapper.ts';
import { toMessagesItems, toStandbyItems } from './messages.mapper.ts';
import { toPreferenceItems } from './preference.mapper.ts';
import type { FieldMapper, WebhookItem } from './webhook-item.ts';

/** Who reads which field; one line each. A map, because an object also knows words like `constructor`. */
const FIELDS = new Map<string | undefined, FieldMapper>([
  ['messages', toMessagesItems],
  ['standby', toStandbyItems],
  ['smb_message_echoes', toEchoItems],
  ['message_echoes', toEchoItems],
  ['history', toHistoryItems],
  ['user_preferences', toPreferenceItems],
]);

/**
 * Meta's envelope as a flat list, in its own order. Anything may be missing or of another kind: what cannot be read
 * becomes an `unknown` item with the reason, and the others stand.
 */
export function toItems(envelope: unknown): WebhookItem[] {
  const { object, entry } = objectOf(envelope);
  if (object !== 'whatsapp_business_account') {
    return [{ kind: 'unknown', detail: `object is ${JSON.stringify(textOf(object) ?? null)}`, raw: envelope }];
  }
  return listOf(entry)
    .map(objectOf)
    .flatMap((each) => listOf(each.changes).flatMap((change) => toChangeItems(change, each)));
}

/** Every field that is not of messages and people tells of the account. */
function toChangeItems(change: unknown, entry: JsonObject): WebhookItem[] {
  const { field: given, value } = objectOf(change);
  const field = textOf(given);
  if (field === undefined) return [{ kind: 'unknown', detail: 'no field', raw: change }];
  const read = FIELDS.get(field);
  return read ? read(value, field) : [toAccountItem(field, value, entry)];
}

function toAccountItem(field: string, value: unknown, entry: JsonObject): WebhookItem {
  const { id, time } = entry;
  const raw = { object: 'whatsapp_business_account', entry: [{ id, time, changes: [{ field, value }] }] };
  const event = toAccountNews(entry, field, value);
  return event ? { kind: 'account-event', raw, event } : { kind: 'unknown', raw, detail: 'a value nested too deeply' };
}
