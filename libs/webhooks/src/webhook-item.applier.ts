import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { isPassingDatabaseFault, jsonSafe, newId, PLATFORM_TENANT_ID } from '#common';
import { DeliveryStatusService, type SetAside, WhatsAppMessageRepository } from '#messages';
import { SenderDirectory } from '#tenants';

import type { InboundMessage, WebhookItem } from './mapping/webhook-item.ts';

/** Why an item was not applied. */
export type Refusal = Pick<SetAside, 'reason' | 'detail' | 'whatsappMessageId' | 'item'>;

type StatusItem = Extract<WebhookItem, { kind: 'status' }>;

@Injectable()
export class WebhookItemApplier {
  constructor(
    private readonly messages: WhatsAppMessageRepository,
    private readonly statuses: DeliveryStatusService,
    private readonly senders: SenderDirectory,
  ) {}

  /**
   * Applies items in the caller's transaction; answers for each why it could not, if so, and then it changed nothing. Items
   * that fail together are halved until the bad one stands alone.
   * @throws what passes by itself, such as a deadlock or a lost connection: all of it is tried again.
   */
  async apply(tx: EntityManager, items: WebhookItem[]): Promise<(Refusal | undefined)[]> {
    try {
      // A savepoint of the caller's transaction.
      return await tx.transaction((savepoint) => this.applyAll(savepoint, items));
    } catch (cause) {
      if (isPassingDatabaseFault(cause)) throw cause;
      const [item, ...others] = items;
      if (item && others.length === 0) return [refusal(item, 'not-applicable', textOf(cause))];
      const half = Math.ceil(items.length / 2);
      return [...(await this.apply(tx, items.slice(0, half))), ...(await this.apply(tx, items.slice(half)))];
    }
  }

  private async applyAll(tx: EntityManager, items: WebhookItem[]): Promise<(Refusal | undefined)[]> {
    const refusals = new Map<WebhookItem, Refusal | undefined>(items.map((item) => [item, this.notOurs(item)]));
    const ours = items.filter((item) => !refusals.get(item));

    const statuses = ours.filter((item) => item.kind === 'status');
    for (const unknown of await this.applyStatuses(tx, statuses)) {
      refusals.set(unknown, refusal(unknown, 'unknown-message', 'no message with this opaque id or wamid'));
    }
    for (const item of ours) {
      if (item.kind === 'message') await this.store(tx, item.message);
    }
    return items.map((item) => refusals.get(item));
  }

  private notOurs(item: WebhookItem): Refusal | undefined {
    if (item.kind === 'unknown') return refusal(item, 'unknown-kind', item.detail);
    const { phoneNumberId } = item.kind === 'status' ? item.event : item.message;
    // A signature proves who signed, not whose data it is.
    if (this.senders.byPhoneNumberId(phoneNumberId)) return undefined;
    return refusal(item, 'foreign-number', `phone number id ${phoneNumberId} is not ours`);
  }

  /** Answers those whose message is unknown. */
  private async applyStatuses(tx: EntityManager, items: StatusItem[]): Promise<StatusItem[]> {
    if (items.length === 0) return [];
    const known = await this.statuses.apply(
      tx,
      items.map(({ event }) => event),
    );
    return items.filter((_, index) => !known[index]);
  }

  private async store(tx: EntityManager, message: InboundMessage): Promise<void> {
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

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function asText(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'null';
  } catch {
    // Only hostile nesting overflows here; the bytes are in the delivery.
    return '"nested too deeply to be shown; see the delivery"';
  }
}
