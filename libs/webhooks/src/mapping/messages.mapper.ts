import { listOf, objectOf } from '../json.ts';
import { toInboundItem } from './inbound.mapper.ts';
import { toStatusItem } from './status.mapper.ts';
import { unknownItem, type WebhookItem } from './webhook-item.ts';

/** What customers wrote to a number, and what became of the messages it sent. */
export function toMessagesItems(value: unknown, field: string): WebhookItem[] {
  const { metadata, contacts, messages, statuses, errors } = objectOf(value);
  const number = objectOf(metadata);
  const people = listOf(contacts);
  const items = [
    ...listOf(statuses).map((status) => toStatusItem(status, number)),
    ...listOf(messages).map((message) => toInboundItem(message, number, people)),
    ...listOf(errors).map((error) => unknownItem('errors of the account', field, { metadata, errors: [error] })),
  ];
  return items.length > 0 ? items : [unknownItem('neither messages nor statuses', field, value)];
}
