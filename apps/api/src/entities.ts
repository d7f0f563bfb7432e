import {
  ContactAddress,
  KnownContact,
  MessageBatch,
  MessageEvent,
  QueuedDelivery,
  SenderPace,
  SendHold,
  SetAsideItem,
  WebhookDelivery,
  WebhookListener,
  WebhookWitness,
  WhatsAppMessage,
  WhatsAppTemplate,
} from '#messages';
import { PoDeadLetter, PoEvent } from '#po-events';
import { ApiKey } from '#tenants';

import { IdempotencyKey } from './idempotency/idempotency-key.entity.ts';

/** Every table of the schema; what the migrations are compared with. */
export const ENTITIES = [
  WhatsAppMessage,
  MessageEvent,
  MessageBatch,
  SenderPace,
  SendHold,
  WhatsAppTemplate,
  WebhookDelivery,
  QueuedDelivery,
  WebhookListener,
  WebhookWitness,
  SetAsideItem,
  KnownContact,
  ContactAddress,
  PoEvent,
  PoDeadLetter,
  ApiKey,
  IdempotencyKey,
];
