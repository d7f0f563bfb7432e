import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { AppConfig, NotFoundError } from '#common';
import {
  type MessageError,
  type OpenHold,
  type OutboxMessage,
  type SendHold,
  SendHoldRepository,
  type WhatsAppMessage,
} from '#messages';
import { type Sender, SenderDirectory } from '#tenants';

import type { CloudApiRefusal } from '../cloud-api/index.ts';
import { refusalError } from './attempt-result.ts';
import { covers, heldScope, isTestOf, scopesOf, templateKey, templateKeyPrefix } from './hold-scope.ts';

/** Probes get rarer up to this many times the first pause. */
const RAREST = 12;

/** Why a message of a suspended tenant waits. */
const SUSPENDED: MessageError = {
  code: 'tenant-suspended',
  title: 'The tenant is suspended',
  details: null,
  class: 'STOP',
  retryable: true,
  action: 'It is sent once the tenant is resumed, with PATCH /api/v1/tenants/{id} {"suspended": false}.',
};

/** What holds allow a sender to send right now. */
export interface Leave {
  /** Undefined: as much as it can. */
  limit: number | undefined;
  /** `name/language` of templates that are stopped. */
  stoppedTemplates: string[];
  /** Messages that go in spite of a stopped template, to probe it. */
  probes: string[];
  /** Holds that a claimed message may put to the test. */
  probing: OpenHold[];
}

/** Holds what Meta stopped or throttles as a whole, sends a probe now and then, and lets go as soon as one gets through. */
@Injectable()
export class SendHoldsService {
  private readonly logger = new Logger(SendHoldsService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly holds: SendHoldRepository,
    private readonly senders: SenderDirectory,
  ) {}

  /** Holds the scope of a refusal, if it has one; the operator is told once, by whoever was first. */
  async note(refusal: CloudApiRefusal, sender: Sender, message: OutboxMessage): Promise<void> {
    const { advice } = refusal;
    const scope = heldScope(advice, sender, message);
    if (!scope) return;
    const error = refusalError(refusal);
    const probeInMs = advice.pauseMs ?? this.config.dispatcher.probeMs;
    const opened = await this.holds.open({ ...scope, error, attemptedAt: message.attemptedAt, probeInMs });
    if (!opened) return;
    const line = { message: 'Sending is held', ...scope, code: error.code, title: error.title, action: error.action };
    if (advice.class === 'STOP') this.logger.error(line);
    else this.logger.warn(line);
  }

  /** Reads what is held, in the transaction that claims. */
  async leaveFor(tx: EntityManager, sender: Sender): Promise<Leave> {
    const open = await this.holds.findOpen(tx);
    const own = scopesOf(sender);
    const stopping = open.filter((hold) => covers(own, hold));
    const templates = open.filter(
      ({ scope, scopeKey }) => scope === 'template' && scopeKey.startsWith(templateKeyPrefix(sender)),
    );
    const stoppedTemplates = templates.map(({ scopeKey }) => scopeKey.slice(templateKeyPrefix(sender).length));
    if (stopping.length > 0) {
      const isDue = stopping.every(({ isProbeDue }) => isProbeDue);
      return { limit: isDue ? 1 : 0, stoppedTemplates, probes: [], probing: isDue ? stopping : [] };
    }
    return { limit: undefined, stoppedTemplates, ...(await this.probeTemplates(tx, templates)) };
  }

  /** Notes which holds these messages put to the test, in the transaction that claimed them; answers those. */
  async noteProbes(tx: EntityManager, probing: OpenHold[], messages: OutboxMessage[]): Promise<OpenHold[]> {
    const tested = probing.filter((hold) => messages.some((message) => isTestOf(hold, message)));
    for (const hold of tested) await this.holds.noteProbe(tx, hold.id, this.pauseAfter(hold));
    return tested;
  }

  /** Meta took a message: what it put to the test is over. */
  async passed(probing: OpenHold[], message: OutboxMessage): Promise<void> {
    for (const hold of probing.filter((one) => isTestOf(one, message))) {
      const { id, scope, scopeKey } = hold;
      if (await this.holds.release(id, 'probe'))
        this.logger.log({ message: 'Sending goes on', scope, scopeKey, holdId: id });
    }
  }

  /** What was parked for a template whose hold ended meanwhile goes on. */
  async unparkReleased(): Promise<number> {
    return this.holds.unparkReleased();
  }

  /**
   * Messages as people should see them: what a hold keeps in the queue is `held` (or `throttled`) and says why, without a
   * write to each of them.
   */
  async show(messages: WhatsAppMessage[]): Promise<WhatsAppMessage[]> {
    if (!messages.some(({ status }) => status === 'PENDING')) return messages;
    const open = await this.holds.listOpen();
    return messages.map((message) => this.showOne(message, open));
  }

  private showOne(message: WhatsAppMessage, open: SendHold[]): WhatsAppMessage {
    const { pendingReason, nextAttemptAt, phoneNumberId } = message;
    if (message.waitsFor === 'template') {
      const stopped = open.find(({ scope, scopeKey }) => scope === 'template' && scopeKey === templateKey(message));
      return stopped ? { ...message, error: message.error ?? stopped.error } : message;
    }
    if (message.waitsFor === 'tenant') return { ...message, error: message.error ?? SUSPENDED };
    const isForLater = pendingReason === 'scheduled' && nextAttemptAt !== null && nextAttemptAt > new Date();
    const isQueued = nextAttemptAt !== null && !isForLater;
    const sender = this.senders.byPhoneNumberId(phoneNumberId);
    if (!sender || (!isQueued && message.waitsFor !== 'turn')) return message;

    const own = scopesOf(sender);
    const hold = open.find((one) => covers(own, one));
    if (hold) {
      const shown = hold.error.class === 'STOP' ? 'held' : 'throttled';
      return { ...message, pendingReason: shown, error: message.error ?? hold.error };
    }
    // Its hold is over: it only waits for its place.
    const isOver = pendingReason === 'held' && nextAttemptAt !== null && nextAttemptAt <= new Date();
    return isOver ? { ...message, pendingReason: 'queued' } : message;
  }

  /** What holds the messages of a tenant, whose number it may share with others; null: everything. Newest first. */
  async list(tenantId: string | null, limit: number, beforeId?: string): Promise<SendHold[]> {
    if (tenantId === null) return this.holds.list(limit, beforeId);
    const sender = this.senders.forTenant(tenantId);
    const reach = { scopes: scopesOf(sender), templateKeyPrefix: templateKeyPrefix(sender) };
    return this.holds.list(limit, beforeId, reach);
  }

  /** @throws NotFoundError for a hold that does not exist; one that is over already is answered as it is. */
  async releaseByHand(id: string): Promise<SendHold> {
    await this.holds.release(id, 'admin');
    const hold = await this.holds.findById(id);
    if (!hold) throw new NotFoundError('hold', id);
    return hold;
  }

  private async probeTemplates(tx: EntityManager, templates: OpenHold[]): Promise<Pick<Leave, 'probes' | 'probing'>> {
    const probes: string[] = [];
    const probing: OpenHold[] = [];
    for (const hold of templates.filter(({ isProbeDue }) => isProbeDue)) {
      const probe = await this.holds.unparkOne(tx, hold.scopeKey);
      if (!probe) continue;
      probes.push(probe);
      probing.push(hold);
    }
    return { probes, probing };
  }

  private pauseAfter({ probes }: SendHold): number {
    return this.config.dispatcher.probeMs * Math.min(RAREST, 2 ** (probes + 1));
  }
}
