import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { isPassingDatabaseFault, jsonSafe, newId, PLATFORM_TENANT_ID } from '#common';
import { DeliveryStatusService, type SetAside, WhatsAppMessageRepository } from '#messages';
import { SenderDirectory } from '#tenants';

import type { InboundMessage, WebhookItem } from './webhook-event.mapper.ts';

/** Why an item was not applied. */
export type Refusal = Pick<SetAside, 'reason' | 'detail' | 'whatsappMessageId' | 'item'>;

@Injectable()
export class WebhookItemApplier {
  constructor(
    private readonly messages: WhatsAppMessageRepository,
    private readonly statuses: DeliveryStatusService,
    private readonly senders: SenderDirectory,
  ) {}

  /**
   * Applies one item in a savepoint of the caller's transaction; answers why it could not, and then changed nothing.
   * @throws what passes by itself, such as a deadlock or a lost connection: the whole delivery is tried again.
   */
  async apply(tx: EntityManager, item: WebhookItem): Promise<Refusal | undefined> {
    try {
      return await tx.transaction((savepoint) => this.applyItem(savepoint, item));
    } catch (cause) {
      if (isPassingDatabaseFault(cause)) throw cause;
      return refusal(item, 'not-applicable', cause instanceof Error ? cause.message : String(cause));
    }
  }

  private async applyItem(tx: EntityManager, item: WebhookItem): Promise<Refusal | undefined> {
    if (item.kind === 'unknown') return refusal(item, 'unknown-kind', item.detail);
    const { phoneNumberId } = item.kind === 'status' ? item.event : item.message;
    // A signature proves who signed, not whose data it is.
    if (!this.senders.byPhoneNumberId(phoneNumberId)) {
      return refusal(item, 'foreign-number', `phone number id ${phoneNumberId} is not ours`);
    }
    if (item.kind === 'message') return this.store(tx, item.message);
    return (await this.statuses.apply(tx, item.event))
      ? undefined
      : refusal(item, 'unknown-message', 'no message with this opaque id or wamid');
  }

  private async store(tx: EntityManager, message: InboundMessage): Promise<undefined> {
    const { phoneNumberId, contactKey, recipientName, content } = message;
    const tenantId = await this.messages.findTenantInTouchWith(tx, phoneNumberId, contactKey);
    await this.messages.createReceived(tx, {
      ...message,
      id: newId(),
      tenantId: tenantId ?? PLATFORM_TENANT_ID,
      recipientName: jsonSafe(recipientName) ?? null,
      content: jsonSafe(content),
    });
  }
}

function refusal(item: WebhookItem, reason: Refusal['reason'], detail: string): Refusal {
  const whatsappMessageId = item.kind === 'status' ? item.event.whatsappMessageId : null;
  return { reason, detail: jsonSafe(detail), whatsappMessageId: jsonSafe(whatsappMessageId), item: asText(item.raw) };
}

function asText(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'null';
  } catch {
    // Only hostile nesting overflows here; the bytes are in the delivery.
    return '"nested too deeply to be shown; see the delivery"';
  }
}
