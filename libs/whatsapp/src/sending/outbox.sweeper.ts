import { Injectable, Logger } from '@nestjs/common';

import { AppConfig, BackgroundLoop } from '#common';
import { OutboxCareRepository, OutboxRepository } from '#messages';
import { TenantDirectory } from '#tenants';

import { EXPIRED, UNCONFIRMED } from './attempt-result.ts';
import { SendHoldsService } from './send-holds.service.ts';

const HOUR_MS = 3_600_000;

/** Keeps this process's leases alive, and heals what other processes left behind. */
@Injectable()
export class OutboxSweeper {
  private readonly logger = new Logger(OutboxSweeper.name);
  private loops: BackgroundLoop[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly outbox: OutboxRepository,
    private readonly care: OutboxCareRepository,
    private readonly holds: SendHoldsService,
    private readonly tenants: TenantDirectory,
  ) {}

  /** Leases of other messages than those `onTheWire` run out by themselves, and the sweep heals them. */
  start(leaseToken: string, onTheWire: () => string[]): void {
    const { leaseMs, sweepMs } = this.config.dispatcher;
    this.loops = [
      this.every(leaseMs / 3, () => this.outbox.heartbeat(onTheWire(), leaseToken, leaseMs)),
      this.every(sweepMs, () => this.sweep()),
      this.every(HOUR_MS, () => this.care.removeOldFallbacks()),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async sweep(): Promise<void> {
    const unconfirmed = await this.care.sweepLeases(UNCONFIRMED);
    const expired = await this.care.expireOverdue(EXPIRED);
    const resent = await this.settleUnconfirmed();
    const unparked =
      (await this.outbox.giveLostTurns()) +
      (await this.holds.unparkReleased()) +
      (await this.outbox.unparkTenants(this.tenants.allSuspended()));
    if (unconfirmed + expired + resent + unparked > 0) {
      this.logger.warn({ message: 'Swept the outbox', unconfirmed, expired, resent, unparked });
    }
  }

  /** Without a status to settle it, an unconfirmed message is sent again only as the policy says. */
  private async settleUnconfirmed(): Promise<number> {
    const { unconfirmedPolicy, unconfirmedGraceMs } = this.config.dispatcher;
    switch (unconfirmedPolicy) {
      case 'hold':
        return 0;
      case 'witness':
        await this.care.noteWitnesses();
        return this.care.requeueUnconfirmed(unconfirmedGraceMs, true);
      case 'resend':
        return this.care.requeueUnconfirmed(unconfirmedGraceMs, false);
    }
  }

  private every(ms: number, work: () => Promise<void>): BackgroundLoop {
    const loop = new BackgroundLoop(
      () => work().then(() => false),
      ms,
      (cause) => this.logger.warn({ message: 'Sweeping failed; tried again', err: cause }),
    );
    loop.start();
    return loop;
  }
}
