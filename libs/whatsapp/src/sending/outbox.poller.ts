import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop } from '#common';
import { type Sender, SenderDirectory } from '#tenants';

import { OutboxClaimer } from './outbox.claimer.ts';
import { OutboxDispatcher } from './outbox.dispatcher.ts';
import { OutboxSweeper } from './outbox.sweeper.ts';

/** Messages accepted by other replicas are noticed at this pace; our own wake the poller at once. */
const POLL_MS = 250;
/** Between two claims, so that a claim is worth its cost; less than the seconds of permits that gather (`BURST_S`). */
const GAP_MS = 25;
/** The same where no limit asks for small steps: a larger claim costs less for each message. */
const BUSY_GAP_MS = 50;
/** While much is on the wire, a claim waits until this share of the places is free. */
const WORTH_A_CLAIM = 1 / 8;

/** Gives due messages to the dispatcher; at most `concurrency` are on the wire. */
@Injectable()
export class OutboxPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxPoller.name);
  /** By message id. */
  private readonly onTheWire = new Map<string, Promise<void>>();
  private readonly loop = new BackgroundLoop(
    () => this.sendDue(),
    { restMs: POLL_MS, gapMs: GAP_MS },
    (cause) => this.logger.error({ message: 'The outbox could not be read', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly claimer: OutboxClaimer,
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
    if (!this.config.notificationsEnabled || !this.config.roles.has('dispatcher')) return;
    this.loop.start();
    this.sweeper.start(this.claimer.leaseToken, () => [...this.onTheWire.keys()]);
  }

  /** Claims nothing more, and lets what is on the wire finish and be recorded. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.loop.running) return;
    await this.loop.stop();
    await Promise.all(this.onTheWire.values());
    await this.dispatcher.drain();
    await this.sweeper.stop();
  }

  private async sendDue(): Promise<boolean | number> {
    const rests: (boolean | number)[] = [];
    for (const sender of this.senders.all()) {
      const { concurrency } = this.config.dispatcher;
      const free = concurrency - this.onTheWire.size;
      // Whoever comes off the wire wakes us again.
      if (free < concurrency * WORTH_A_CLAIM) return false;
      rests.push(await this.claimAndSend(sender, free));
    }
    return soonest(rests);
  }

  private async claimAndSend(sender: Sender, free: number): Promise<boolean | number> {
    const claim = await this.claimer.claim(sender, free);
    for (const message of claim.messages) {
      const sending = this.dispatcher.dispatch(message, sender, claim).then(() => {
        this.onTheWire.delete(message.id);
        // A place is free, and the contact's next message may go.
        this.loop.wake();
      });
      this.onTheWire.set(message.id, sending);
    }
    return claim.more;
  }
}

/** Of several numbers, the one that has something to send first. */
function soonest(rests: (boolean | number)[]): boolean | number {
  const waits = rests.map((rest) => (rest === true ? BUSY_GAP_MS : rest)).filter((rest) => typeof rest === 'number');
  return waits.length > 0 ? Math.min(...waits) : false;
}
