import { AuditEntry } from '#audit';
import { Media, MediaUpload } from '#media';
import {
  AccountEvent,
  AccountState,
  ContactAddress,
  Conversation,
  HeardNumber,
  KnownContact,
  MessageBatch,
  MessageEvent,
  MessageFallback,
  QueuedDelivery,
  SenderPace,
  SendHold,
  SetAsideItem,
  TemplateKey,
  TemplateSync,
  TemplateUse,
  WebhookDelivery,
  WebhookListener,
  WebhookWitness,
  WhatsAppMessage,
  WhatsAppTemplate,
} from '#messages';
import { PoDeadLetter, PoEvent } from '#po-events';
import { ApiKey, MetaApp, SendingNumber } from '#tenants';

import { IdempotencyKey } from './idempotency/idempotency-key.entity.ts';

/** Every table of the schema; what the migrations are compared with. */
export const ENTITIES = [
  WhatsAppMessage,
  MessageEvent,
  MessageFallback,
  Conversation,
  HeardNumber,
  MessageBatch,
  SenderPace,
  SendHold,
  WhatsAppTemplate,
  TemplateUse,
  TemplateKey,
  TemplateSync,
  WebhookDelivery,
  QueuedDelivery,
  WebhookListener,
  WebhookWitness,
  SetAsideItem,
  AccountEvent,
  AccountState,
  Media,
  MediaUpload,
  KnownContact,
  ContactAddress,
  PoEvent,
  PoDeadLetter,
  ApiKey,
  MetaApp,
  SendingNumber,
  IdempotencyKey,
  AuditEntry,
];
