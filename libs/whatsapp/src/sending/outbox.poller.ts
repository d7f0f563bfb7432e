import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, newId } from '#common';
import { OutboxRepository } from '#messages';
import { type Sender, SenderDirectory } from '#tenants';

import { OutboxDispatcher } from './outbox.dispatcher.ts';
import { OutboxSweeper } from './outbox.sweeper.ts';

/** Messages accepted by other replicas are noticed at this pace; our own wake the poller at once. */
const POLL_MS = 250;

/**
 * Gives due messages to the dispatcher: claim (lease), commit the attempts (fence), send. At most `concurrency` are on
 * the wire. The pace per number, permits shared by replicas and held scopes belong into `claim`.
 */
@Injectable()
export class OutboxPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxPoller.name);
  private readonly leaseToken = newId();
  /** By message id. */
  private readonly onTheWire = new Map<string, Promise<void>>();
  private readonly loop = new BackgroundLoop(
    () => this.sendDue(),
    POLL_MS,
    (cause) => this.logger.error({ message: 'The outbox could not be read', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly outbox: OutboxRepository,
    private readonly senders: SenderDirectory,
    private readonly dispatcher: OutboxDispatcher,
    private readonly sweeper: OutboxSweeper,
  ) {}

  /** What `/health/ready` shows. */
  get running(): boolean {
    return this.loop.running;
  }

  /** A message was accepted: do not wait for the next poll. */
  wake(): void {
    this.loop.wake();
  }

  onApplicationBootstrap(): void {
    if (!this.config.notificationsEnabled) return;
    this.loop.start();
    this.sweeper.start(this.leaseToken, () => [...this.onTheWire.keys()]);
  }

  /** Claims nothing more, lets what is on the wire finish and be recorded, and gives the rest back. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.loop.running) return;
    await this.loop.stop();
    await Promise.all(this.onTheWire.values());
    await this.sweeper.stop();
    await this.outbox.release(this.leaseToken).catch((cause: unknown) => {
      this.logger.warn({ message: 'Claimed messages not given back; their lease runs out', err: cause });
    });
  }

  private async sendDue(): Promise<boolean> {
    let claimed = 0;
    for (const sender of this.senders.all()) {
      const free = this.config.dispatcher.concurrency - this.onTheWire.size;
      if (free > 0) claimed += await this.claimAndSend(sender, free);
    }
    return claimed > 0;
  }

  private async claimAndSend(sender: Sender, limit: number): Promise<number> {
    const { leaseMs } = this.config.dispatcher;
    const claimed = await this.outbox.claimDue(sender.phoneNumberId, limit, this.leaseToken, leaseMs);
    if (claimed.length === 0) return 0;

    const attempts = await this.outbox.fence(
      claimed.map(({ id }) => id),
      this.leaseToken,
    );
    for (const message of claimed) {
      const attemptId = attempts.get(message.id);
      if (attemptId) this.track(message.id, this.dispatcher.dispatch(message, attemptId, sender));
    }
    return claimed.length;
  }

  private track(messageId: string, sending: Promise<void>): void {
    const done = sending.finally(() => {
      this.onTheWire.delete(messageId);
      // A place is free, and the contact's next message may go.
      this.loop.wake();
    });
    this.onTheWire.set(messageId, done);
  }
}
