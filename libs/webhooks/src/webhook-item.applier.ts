import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { isPassingDatabaseFault, jsonSafe } from '#common';
import { DeliveryStatusService, readAttemptRef, type SetAside } from '#messages';
import { SenderDirectory } from '#tenants';

import { ContactKeeper } from './contact.keeper.ts';
import type { WebhookItem } from './mapping/webhook-item.ts';
import { MessageKeeper } from './message.keeper.ts';

/** Why an item was not applied. */
export type Refusal = Pick<SetAside, 'reason' | 'detail' | 'whatsappMessageId' | 'item'>;

type StatusItem = Extract<WebhookItem, { kind: 'status' }>;

@Injectable()
export class WebhookItemApplier {
  constructor(
    private readonly keeper: MessageKeeper,
    private readonly contacts: ContactKeeper,
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
    const targets = await this.statuses.apply(
      tx,
      statuses.map(({ event }) => event),
    );
    for (const [index, item] of statuses.entries()) if (!targets[index]) refusals.set(item, unknownMessage(item));
    const kept = await this.keeper.keep(
      tx,
      ours.flatMap((item) => (item.kind === 'message' || item.kind === 'elsewhere' ? [item.message] : [])),
    );
    const preferences = ours.flatMap((item) => (item.kind === 'preference' ? [item.preference] : []));
    // Last, because contacts of one tenant are written by one process at a time.
    await this.contacts.note(tx, { statuses, targets, kept, preferences });
    return items.map((item) => refusals.get(item));
  }

  private notOurs(item: WebhookItem): Refusal | undefined {
    if (item.kind === 'unknown') return refusal(item, 'unknown-kind', item.detail);
    const { phoneNumberId } = toldOf(item);
    // A signature proves who signed, not whose data it is.
    if (this.senders.byPhoneNumberId(phoneNumberId)) return undefined;
    return refusal(item, 'foreign-number', `phone number id ${phoneNumberId} is not ours`);
  }
}

function toldOf(item: Exclude<WebhookItem, { kind: 'unknown' }>): { phoneNumberId: string } {
  switch (item.kind) {
    case 'status':
      return item.event;
    case 'message':
    case 'elsewhere':
      return item.message;
    case 'preference':
      return item.preference;
  }
}

/** What carries a reference of ours is ours for certain; the rest may be early, or of another tool on the number. */
function unknownMessage(item: StatusItem): Refusal {
  return readAttemptRef(item.event.opaque)
    ? refusal(item, 'unknown-reference', 'it names a message of ours that is not in the record')
    : refusal(item, 'unknown-message', 'no message with this wamid');
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
