import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { isPassingDatabaseFault, jsonSafe } from '#common';
import { DeliveryStatusService, ErasedPeople, readAttemptRef, type SetAside } from '#messages';

import { AccountEventApplier } from './account-event.applier.ts';
import { ContactKeeper } from './contact.keeper.ts';
import { type Erased, ErasedItems } from './erased-items.ts';
import { asText } from './json.ts';
import type { WebhookItem } from './mapping/webhook-item.ts';
import { MessageKeeper } from './message.keeper.ts';

/** Why an item was not applied. */
export type Refusal = Pick<SetAside, 'reason' | 'detail' | 'whatsappMessageId' | 'item'>;

/** What became of an item that was not applied as it is. */
export type Verdict = Refusal | Erased;

type StatusItem = Extract<WebhookItem, { kind: 'status' }>;
type MessageItem = Extract<WebhookItem, { kind: 'message' | 'elsewhere' }>;

@Injectable()
export class WebhookItemApplier {
  constructor(
    private readonly keeper: MessageKeeper,
    private readonly contacts: ContactKeeper,
    private readonly statuses: DeliveryStatusService,
    private readonly accountEvents: AccountEventApplier,
    private readonly people: ErasedPeople,
  ) {}

  /**
   * Applies items in the caller's transaction; answers for each why it could not, if so, and then it changed nothing. Items
   * that fail together are halved until the bad one stands alone.
   * @throws what passes by itself, such as a deadlock or a lost connection: all of it is tried again.
   */
  async apply(tx: EntityManager, items: WebhookItem[]): Promise<(Verdict | undefined)[]> {
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

  private async applyAll(tx: EntityManager, told: WebhookItem[]): Promise<(Verdict | undefined)[]> {
    const verdicts = new Map<WebhookItem, Verdict>();
    const erasures = await ErasedItems.find(this.people, tx, told);
    for (const item of told) if (erasures.isLate(item)) verdicts.set(item, erasures.verdict(item));
    const items = told.filter((item) => !verdicts.has(item));
    for (const item of items) {
      if (item.kind === 'unknown') verdicts.set(item, refusal(item, 'unknown-kind', item.detail));
    }
    const statuses = items.filter((item) => item.kind === 'status');
    const targets = await this.statuses.apply(
      tx,
      statuses.map(({ event }) => event),
    );
    for (const [index, item] of statuses.entries()) {
      if (erasures.isOfErased(item, targets[index])) {
        verdicts.set(item, erasures.verdict(item));
        targets[index] = undefined;
      } else if (!targets[index]) verdicts.set(item, unknownMessage(item));
    }

    const messages = items.filter((item) => item.kind === 'message' || item.kind === 'elsewhere');
    const kept = await this.keeper.keep(
      tx,
      messages.map(({ message }) => message),
    );
    for (const [index, item] of messages.entries()) if (kept[index]!.isHomeless) verdicts.set(item, homeless(item));
    await this.accountEvents.apply(
      tx,
      items.flatMap((item) => (item.kind === 'account-event' ? item.event : [])),
    );
    const preferences = items.flatMap((item) => (item.kind === 'preference' ? [item.preference] : []));
    // Last, because contacts of one tenant are written by one process at a time.
    await this.contacts.note(
      tx,
      { statuses, targets, kept, preferences },
      items.some((item) => erasures.mayBeForgotten(item)),
    );
    return told.map((item) => verdicts.get(item));
  }
}

/** What carries a reference of ours is ours for certain; the rest may be early, or of another tool on the number. */
function unknownMessage(item: StatusItem): Refusal {
  return readAttemptRef(item.event.opaque)
    ? refusal(item, 'unknown-reference', 'it names a message of ours that is not in the record')
    : refusal(item, 'unknown-message', 'no message with this wamid');
}

/** Once the message it changes is stored, it is applied again. */
function homeless(item: MessageItem): Refusal {
  const about = refusal(item, 'unknown-message', 'it changes a message that is not here');
  return { ...about, whatsappMessageId: jsonSafe(item.message.amendment!.originalId) };
}

export function refusal(item: WebhookItem, reason: Refusal['reason'], detail: string): Refusal {
  const whatsappMessageId = item.kind === 'status' ? item.event.whatsappMessageId : null;
  return { reason, detail: jsonSafe(detail), whatsappMessageId: jsonSafe(whatsappMessageId), item: asText(item.raw) };
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
