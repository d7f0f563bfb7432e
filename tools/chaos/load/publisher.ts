import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import amqp, { type ChannelModel, type ConfirmChannel } from 'amqplib';

import { anEvent } from '../../../test/support/po-events.ts';
import type { Ledger, PublisherLine } from '../ledgers.ts';
import type { Planned } from './plan.ts';

const CONFIRM_MS = 5_000;
const PATIENCE_MS = 60_000;
const BETWEEN_MS = 200;

export interface PublisherOptions {
  url: string;
  exchange: string;
  tenantId: string;
}

/** A purchasing service that publishes each event until the broker confirms it, so that some are published twice. */
export class ChaosPublisher {
  private connection: Promise<{ model: ChannelModel; channel: ConfirmChannel }> | undefined;
  private readonly unroutable = new Set<string>();

  constructor(
    private readonly options: PublisherOptions,
    private readonly ledger: Ledger<PublisherLine>,
  ) {}

  async publish({ reference, to }: Planned): Promise<void> {
    const event = this.eventOf(reference, to);
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(BETWEEN_MS)) {
      this.ledger.write({ at: Date.now(), kind: 'publish', reference, to, eventId: String(event.event_id) });
      try {
        await this.send(Buffer.from(JSON.stringify(event)));
        this.ledger.write({ at: Date.now(), kind: 'confirmed', reference });
        return;
      } catch (cause) {
        this.ledger.write({ at: Date.now(), kind: 'no-confirm', reference, reason: String(cause) });
        this.connection = undefined;
      }
    }
  }

  async close(): Promise<void> {
    const open = await this.connection?.catch(() => undefined);
    await open?.model.close().catch(() => undefined); // it went with the broker
  }

  private eventOf(reference: string, to: string) {
    const data = { tenant_id: this.options.tenantId, po_id: randomUUID(), po_number: reference, supplier_phone: to };
    return { ...anEvent(data), event_id: randomUUID() };
  }

  private async send(body: Buffer): Promise<void> {
    const { channel } = await (this.connection ??= this.connect());
    const messageId = randomUUID();
    const options = { messageId, contentType: 'application/json', persistent: true, mandatory: true };
    const confirmed = new Promise<void>((resolve, reject) => {
      channel.publish(this.options.exchange, 'po.approved', body, options, (refusal: Error | null) =>
        refusal ? reject(new Error(`not confirmed: ${refusal.message}`)) : resolve(),
      );
      channel.once('close', () => reject(new Error('the channel was closed')));
    });
    const late = pause(CONFIRM_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('no confirm in time')),
    );
    await Promise.race([confirmed, late]);
    // The broker returns what no queue is bound for before it confirms it.
    if (this.unroutable.delete(messageId)) throw new Error('no queue is bound');
  }

  private async connect() {
    const model = await amqp.connect(this.options.url, { timeout: CONFIRM_MS });
    model.on('error', () => undefined); // the channel is closed then, which whoever waits for a confirm hears
    const channel = await model.createConfirmChannel();
    channel.setMaxListeners(0);
    channel.on('error', () => undefined);
    channel.on('return', ({ properties }) => this.unroutable.add(String(properties.messageId)));
    await channel.assertExchange(this.options.exchange, 'topic', { durable: true });
    return { model, channel };
  }
}
