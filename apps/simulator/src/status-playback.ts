import type { Account } from './account.ts';
import type { SimulatorOptions } from './defaults.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Fate } from './magic-recipients.ts';
import type { Pauses } from './pauses.ts';
import { statusChange } from './webhook-body.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** Lives an accepted message through its statuses. */
export class StatusPlayback {
  constructor(
    private readonly options: SimulatorOptions,
    private readonly account: Account,
    private readonly webhooks: WebhookSender,
    private readonly pauses: Pauses,
    private readonly contactNameOf: (waId: string | undefined) => string,
  ) {}

  /** Plays every status, each after the one before it was taken. Resolves when the last one was. */
  async play(entry: LedgerEntry, fate: Fate): Promise<void> {
    const { era } = this.pauses;
    // Meta tells of a reaction only that it was sent.
    const statuses = entry.type === 'reaction' ? fate.statuses.slice(0, 1) : fate.statuses;
    for (const status of this.webhooks.behaviour.shuffle ? shuffled(statuses) : statuses) {
      if (!(await this.pauses.wait(this.#delayOf(status), era))) return;
      await this.send(entry, status, fate.errorCode);
    }
  }

  /** One status; resolves when it was taken or given up. */
  async send(entry: LedgerEntry, status: string, errorCode?: number): Promise<void> {
    const number = this.account.numbers.get(entry.phoneNumberId);
    if (!number) return;
    const at = Date.now();
    entry.statuses.push({ status, at });
    const contactName = this.contactNameOf(entry.recipient.waId);
    await this.webhooks.deliver(statusChange(number, entry, status, { at, errorCode, contactName }));
  }

  #delayOf(status: 'sent' | 'delivered' | 'read' | 'failed'): number {
    return this.options.statusDelaysMs[status === 'failed' ? 'sent' : status];
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
