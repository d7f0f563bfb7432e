import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { AppConfig, newId, PLATFORM_TENANT_ID } from '#common';
import { type Contact, type OpenHold, type OutboxMessage, OutboxRepository, SenderPaceRepository } from '#messages';
import { type Sender, TenantDirectory } from '#tenants';

import { type Leave, SendHoldsService } from './send-holds.service.ts';

/** A claim looks so far beyond its limit; up to the most where many messages to one person come to be parked. */
const LOOK_AHEAD = 10;
const LOOK_AHEAD_MOST = 1_000;

const FREE: Leave = { limit: undefined, stoppedTemplates: [], probes: [], probing: [] };

/** Messages that may be sent now: their attempts are committed. */
export interface Claim {
  messages: OutboxMessage[];
  /** Holds that these messages put to the test. */
  probing: OpenHold[];
  /** Nothing may be sent before the first byte of a message could come too late, on the clock of `performance.now()`. */
  startBefore: number;
  /** True: ask again soon. A number: not before so many milliseconds. False: there is nothing to send. */
  more: boolean | number;
}

/** Claims messages within every limit: holds, the number's permits, the order of each person's messages. */
@Injectable()
export class OutboxClaimer {
  private readonly logger = new Logger(OutboxClaimer.name);
  readonly leaseToken = newId();
  /** By number: whose turn came last. */
  private readonly lastTenants = new Map<string, string>();
  private readonly lookAheads = new Map<string, number>();

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxRepository,
    private readonly paces: SenderPaceRepository,
    private readonly holds: SendHoldsService,
    private readonly tenants: TenantDirectory,
  ) {}

  /**
   * One transaction: permits are taken where rows are claimed, so replicas together stay under one limit. When this resolves
   * the attempts are durable. A process that was stopped meanwhile, for however long, must look at `startBefore`: by then
   * others may take the messages for lost.
   */
  async claim(sender: Sender, free: number): Promise<Claim> {
    const startBefore = performance.now() + this.config.dispatcher.leaseMs / 2;
    const claim = await this.dataSource.transaction(async (tx) => {
      const nothing = { messages: [], probing: [], parked: [] };
      const perSecond = sender.messagesPerSecond ?? this.config.whatsapp.messagesPerSecond;
      const permits = await this.paces.lock(tx, sender.phoneNumberId, perSecond);
      if (permits.available < 1) return { ...nothing, more: permits.waitMs };
      const leave = permits.anyHolds ? await this.holds.leaveFor(tx, sender) : FREE;
      const { limit = Infinity, probing: due, ...templates } = leave;
      const allowed = Math.min(free, permits.available, limit);
      if (allowed === 0) return { ...nothing, more: false };

      const lookAhead = this.lookAheads.get(sender.phoneNumberId) ?? LOOK_AHEAD;
      const { messages, parked } = await this.outbox.claim(tx, {
        permits,
        limit: allowed,
        lookAhead,
        leaseToken: this.leaseToken,
        leaseMs: this.config.dispatcher.leaseMs,
        afterTenant: this.lastTenants.get(sender.phoneNumberId) ?? PLATFORM_TENANT_ID,
        suspendedTenants: this.tenants.allSuspended(),
        ...templates,
      });
      const next = parked.length <= messages.length ? LOOK_AHEAD : Math.min(4 * lookAhead, LOOK_AHEAD_MOST);
      this.lookAheads.set(sender.phoneNumberId, next);
      const probing = await this.holds.noteProbes(tx, due, messages);
      const more = messages.length === permits.available ? permits.refillMs : messages.length + parked.length > 0;
      return { messages, probing, parked, more };
    });
    const last = claim.messages.at(-1);
    if (last) this.lastTenants.set(sender.phoneNumberId, last.tenantId);
    // The claim is committed, so its messages must be sent whatever becomes of this; the next sweep does it as well.
    await this.lookAgain(claim.parked).catch((cause: unknown) => {
      this.logger.warn({ message: 'Turns are given by the next sweep', err: cause });
    });
    return { messages: claim.messages, probing: claim.probing, startBefore, more: claim.more };
  }

  /** What messages were parked for may have ended before their parking was committed, and woke nobody then. */
  private async lookAgain(parked: Contact[]): Promise<void> {
    if (parked.length === 0) return;
    await this.outbox.giveTurns(parked);
    await this.holds.unparkReleased();
  }
}
