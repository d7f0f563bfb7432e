import type { MarketingChoice } from '#messages';

import { listOf, objectOf, textOf, timeOf } from '../json.ts';
import { addressesOf, personOf } from './people.ts';
import { envelopeOf, unknownItem, type WebhookItem } from './webhook-item.ts';

const CHOICES = new Map<string | undefined, MarketingChoice>([
  ['stop', 'stopped'],
  ['resume', 'resumed'],
  // Who signs up wants them.
  ['signup', 'resumed'],
]);

/** Who stopped marketing messages, or wants them again. The contacts beside them may be of others. */
export function toPreferenceItems(value: unknown, field: string): WebhookItem[] {
  const { metadata, contacts, user_preferences: preferences } = objectOf(value);
  const phoneNumberId = textOf(objectOf(metadata).phone_number_id);
  const items = listOf(preferences).map((raw): WebhookItem => {
    const alone = { metadata, contacts, user_preferences: [raw] };
    const { wa_id: waId, user_id: userId, category, value: told, timestamp } = objectOf(raw);
    const contact = listOf(contacts)
      .map(objectOf)
      .find(({ wa_id, user_id }) => (wa_id && wa_id === waId) || (user_id && user_id === userId));
    const person = personOf(contact ?? {}, { waId, userId });
    const addresses = addressesOf(person);
    const [choice, at] = [CHOICES.get(textOf(told)), timeOf(timestamp)];
    if (!phoneNumberId || !choice || !at || addresses.length === 0 || category !== 'marketing_messages') {
      return unknownItem(`preference ${JSON.stringify(textOf(told) ?? null)}`, field, alone);
    }
    const preference = { phoneNumberId, person, addresses, choice, at };
    return { kind: 'preference', raw: envelopeOf(field, alone), preference };
  });
  return items.length > 0 ? items : [unknownItem('no preferences', field, value)];
}
