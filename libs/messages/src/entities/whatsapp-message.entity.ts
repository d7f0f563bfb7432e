import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

import { DELIVERY_STATUSES, type DeliveryStatus, type PendingReason } from '../delivery-status.ts';
import { MESSAGE_TYPES, type WhatsAppMessageType } from '../message-type.ts';

export type MessageDirection = 'outbound' | 'inbound';

/** Why a message failed, or why its last attempt did: what the API shows as `error`. */
export interface MessageError {
  /** Meta's code as a string, or a slug of ours such as `expired`. */
  code: string;
  title: string;
  details: string | null;
  class: string;
  retryable: boolean;
  /** What to do next, in a sentence. */
  action: string;
}

/** What Meta says of a delivered message's price, as far as it says it. There is no price: Meta tells none. */
export interface MessagePricing {
  /** Such as `utility`, `marketing`, `authentication`, `service`. */
  category?: string;
  /** `regular` is charged; `free_customer_service`, `free_entry_point`…; unknown to the conversation-based model. */
  type?: string;
  /** `PMP`, per message, since July 2025; `CBP`, per conversation, before. */
  model?: string;
  billable?: boolean;
  /** Whose market's rate it is: the recipient's country, ISO. */
  country?: string;
}

/**
 * One thing said to, or by, one person. The row is also its place in the outbox: a PENDING row that is due is what the
 * dispatcher claims (docs/adr/0003).
 */
@Entity('whatsapp_messages')
@Index('whatsapp_messages_wamid', ['whatsappMessageId', 'phoneNumberId'], {
  unique: true,
  where: 'whatsapp_message_id IS NOT NULL',
})
@Index('whatsapp_messages_tenant', ['tenantId', 'id'])
@Index('whatsapp_messages_created', ['createdAt'])
@Index('whatsapp_messages_contact', ['contactKey', 'id'])
@Index('whatsapp_messages_notification', ['notificationId'], { where: 'notification_id IS NOT NULL' })
@Index('whatsapp_messages_batch', ['batchId', 'id'], { where: 'batch_id IS NOT NULL' })
// None looks at `status`: what becomes of a sent message rewrites no index entry.
@Index('whatsapp_messages_due', ['phoneNumberId', 'priority', 'tenantId', 'nextAttemptAt'], {
  where: 'next_attempt_at IS NOT NULL',
})
@Index('whatsapp_messages_order', ['phoneNumberId', 'contactKey', 'priority', 'id'], {
  where: 'pending_reason IS NOT NULL',
})
@Index('whatsapp_messages_waiting', ['waitsFor', 'phoneNumberId', 'contactKey', 'priority', 'id'], {
  where: 'waits_for IS NOT NULL',
})
@Index('whatsapp_messages_leases', ['phoneNumberId', 'contactKey'], { where: 'lease_token IS NOT NULL' })
@Index('whatsapp_messages_throttled', ['phoneNumberId', 'contactKey'], { where: "pending_reason = 'throttled'" })
// Says `lease_token IS NULL`, which the claim's questions do not: each of them has the one index that fits it.
@Index('whatsapp_messages_expiry', ['expiresAt'], { where: 'pending_reason IS NOT NULL AND lease_token IS NULL' })
@Index('whatsapp_messages_unconfirmed', ['attemptedAt'], { where: "pending_reason = 'unconfirmed'" })
@Check('whatsapp_messages_pending', `(status = 'PENDING') = (pending_reason IS NOT NULL)`)
export class WhatsAppMessage {
  /** UUID v7: the order of ids is the order of acceptance. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  @Column('varchar')
  direction: MessageDirection;

  @Column({ type: 'enum', enum: DELIVERY_STATUSES, enumName: 'whatsapp_message_status' })
  status: DeliveryStatus;

  /** Set exactly while the message is PENDING. */
  @Column('varchar', { nullable: true })
  pendingReason: PendingReason | null;

  @Column({ type: 'enum', enum: MESSAGE_TYPES, enumName: 'whatsapp_message_type' })
  messageType: WhatsAppMessageType;

  /** Meta's id of the sending (or receiving) number of ours. */
  @Column('varchar')
  phoneNumberId: string;

  @Column('varchar', { nullable: true })
  fromPhone: string | null;

  /** E.164 with `+`, as we were asked to send; kept apart from the `wa_id` Meta reports (they differ in Brazil, Mexico, Argentina). */
  @Column('varchar', { nullable: true })
  recipientPhone: string | null;

  /** Business-scoped user id: the address of a person whose phone number Meta does not show. */
  @Column('varchar', { nullable: true })
  recipientUserId: string | null;

  @Column('varchar', { nullable: true })
  waId: string | null;

  /** The person on the other side: phone, else user id. Messages to one contact leave in order, one at a time. */
  @Column('varchar')
  contactKey: string;

  @Column('varchar', { nullable: true })
  recipientName: string | null;

  @Column('varchar', { nullable: true })
  templateName: string | null;

  @Column('varchar', { nullable: true })
  templateLanguage: string | null;

  @Column('jsonb', { nullable: true })
  templateParameters: unknown;

  /** Meta's message object: `type`, the object named after it, `context`. */
  @Column('jsonb')
  content: Record<string, unknown>;

  /** `wamid.…` */
  @Column('varchar', { nullable: true })
  whatsappMessageId: string | null;

  @Column('uuid', { nullable: true })
  notificationId: string | null;

  @Column('uuid', { nullable: true })
  batchId: string | null;

  @Column('jsonb', { default: {} })
  metadata: Record<string, unknown>;

  /** 0 high, 1 normal, 2 low. */
  @Column('smallint', { default: 1 })
  priority: number;

  /** Counted when the message is claimed, before a byte of the attempt can leave. */
  @Column('int', { default: 0 })
  attempts: number;

  /** When the last attempt was claimed. */
  @Column('timestamptz', { nullable: true })
  attemptedAt: Date | null;

  /** Attempts up to this one failed for certain, and somebody asked for another: their late `sent` means nothing. */
  @Column('int', { default: 0 })
  failedAttempts: number;

  @Column('varchar', { nullable: true })
  errorCode: string | null;

  @Column('text', { nullable: true })
  errorMessage: string | null;

  @Column('jsonb', { nullable: true })
  error: MessageError | null;

  @Column('jsonb', { nullable: true })
  providerResponse: unknown;

  @Column('jsonb', { nullable: true })
  pricing: MessagePricing | null;

  /** Not before this time; null while the message does not stand in the queue: claimed, parked, unconfirmed or done. */
  @Column('timestamptz', { nullable: true })
  nextAttemptAt: Date | null;

  /** What a message is parked for: an earlier message to the same person, or a template that Meta stopped. */
  @Column('varchar', { nullable: true })
  waitsFor: 'turn' | 'template' | 'tenant' | null;

  /** The process that claimed the row; whoever comes later with another token changes nothing. */
  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('timestamptz', { nullable: true })
  leaseExpiresAt: Date | null;

  /** Unconfirmed only: since when it is proven that its status should have come. */
  @Column('timestamptz', { nullable: true })
  witnessedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  sendAt: Date | null;

  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;

  @Column('timestamptz', { nullable: true })
  sentAt: Date | null;

  @Column('timestamptz', { nullable: true })
  deliveredAt: Date | null;

  @Column('timestamptz', { nullable: true })
  readAt: Date | null;

  @Column('timestamptz', { nullable: true })
  failedAt: Date | null;

  /** Since when it no longer says anything: it was past its time, or its person was erased. */
  @Column('timestamptz', { nullable: true })
  contentRemovedAt: Date | null;
}
