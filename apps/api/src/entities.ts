import {
  MessageAttempt,
  MessageEvent,
  SetAsideItem,
  WebhookDelivery,
  WhatsAppMessage,
  WhatsAppTemplate,
} from '#messages';
import { PoDeadLetter, PoEvent } from '#po-events';
import { ApiKey } from '#tenants';

import { IdempotencyKey } from './idempotency/idempotency-key.entity.ts';

/** Every table of the schema; what the migrations are compared with. */
export const ENTITIES = [
  WhatsAppMessage,
  MessageAttempt,
  MessageEvent,
  WhatsAppTemplate,
  WebhookDelivery,
  SetAsideItem,
  PoEvent,
  PoDeadLetter,
  ApiKey,
  IdempotencyKey,
];
