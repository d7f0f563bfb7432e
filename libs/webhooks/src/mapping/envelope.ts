import { listOf, objectOf, textOf } from '../json.ts';
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
    .flatMap((each) => listOf(objectOf(each).changes))
    .flatMap(toChangeItems);
}

function toChangeItems(change: unknown): WebhookItem[] {
  const { field: given, value } = objectOf(change);
  const field = textOf(given);
  const read = FIELDS.get(field);
  if (field === undefined || !read) {
    return [{ kind: 'unknown', detail: `field ${JSON.stringify(field ?? null)}`, raw: change }];
  }
  return read(value, field);
}
