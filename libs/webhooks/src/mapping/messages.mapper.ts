import { listOf, objectOf } from '../json.ts';
import { toEchoItems } from './elsewhere.mapper.ts';
import { toInboundItem } from './inbound.mapper.ts';
import { toStatusItem } from './status.mapper.ts';
import { unknownItem, type WebhookItem } from './webhook-item.ts';

/** What customers wrote to a number, and what became of the messages it sent. */
export function toMessagesItems(value: unknown, field: string): WebhookItem[] {
  const { metadata, contacts, messages, statuses, errors } = objectOf(value);
  const number = objectOf(metadata);
  const people = listOf(contacts);
  const items = [
    ...listOf(statuses).map((status) => toStatusItem(status, number, people)),
    ...listOf(messages).map((message) => toInboundItem(message, number, people)),
    ...listOf(errors).map((error) => unknownItem('errors of the account', field, { metadata, errors: [error] })),
  ];
  return items.length > 0 ? items : [unknownItem('neither messages nor statuses', field, value)];
}

/** The same while another tool has the conversation in hand: everything stands one level deeper. */
export function toStandbyItems(value: unknown, field: string): WebhookItem[] {
  const told = { ...objectOf(value), ...objectOf(objectOf(value).standby) };
  const echoes = listOf(told.message_echoes);
  const rest = [told.messages, told.statuses, told.errors].flatMap(listOf);
  if (echoes.length + rest.length === 0) return [unknownItem('neither messages nor statuses', field, value)];
  return [
    ...(rest.length > 0 ? toMessagesItems(told, 'messages') : []),
    ...(echoes.length > 0 ? toEchoItems(told, 'message_echoes') : []),
  ];
}
