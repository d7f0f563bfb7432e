import { Injectable, Logger } from '@nestjs/common';

import { AppConfig } from '#common';
import { OutboxRepository } from '#messages';

import { EXPIRED } from './attempt-result.ts';

/** Keeps this process's leases alive, and heals what other processes left behind. */
@Injectable()
export class OutboxSweeper {
  private readonly logger = new Logger(OutboxSweeper.name);
  private timers: NodeJS.Timeout[] = [];
  private listeningSince: Date | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly outbox: OutboxRepository,
  ) {}

  /** Leases of other messages than those `onTheWire` run out by themselves, and the sweep heals them. */
  start(leaseToken: string, onTheWire: () => string[]): void {
    const { leaseMs, sweepMs } = this.config.dispatcher;
    this.every(leaseMs / 3, () => this.outbox.heartbeat(onTheWire(), leaseToken, leaseMs));
    this.every(sweepMs, () => this.sweep());
  }

  stop(): void {
    this.timers.forEach(clearInterval);
    this.timers = [];
  }

  private async sweep(): Promise<void> {
    const { released, unconfirmed } = await this.outbox.sweepLeases();
    const expired = await this.outbox.expireOverdue(EXPIRED);
    const resent = await this.settleUnconfirmed();
    if (released + unconfirmed + expired + resent > 0) {
      this.logger.warn({ message: 'Swept the outbox', released, unconfirmed, expired, resent });
    }
  }

  /** Without a status to settle it, an unconfirmed message is sent again only as the policy says. */
  private async settleUnconfirmed(): Promise<number> {
    const { unconfirmedPolicy, unconfirmedGraceMs } = this.config.dispatcher;
    switch (unconfirmedPolicy) {
      case 'hold':
        return 0;
      case 'witness':
        this.listeningSince ??= await this.outbox.now();
        return this.outbox.requeueUnconfirmed(unconfirmedGraceMs, this.listeningSince);
      case 'resend':
        return this.outbox.requeueUnconfirmed(unconfirmedGraceMs, null);
    }
  }

  private every(ms: number, work: () => Promise<void>): void {
    let busy = false;
    const tick = (): void => {
      if (busy) return;
      busy = true;
      work()
        .catch((cause: unknown) => this.logger.warn({ message: 'Sweeping failed; tried again', err: cause }))
        .finally(() => (busy = false));
    };
    this.timers.push(setInterval(tick, ms));
  }
}
