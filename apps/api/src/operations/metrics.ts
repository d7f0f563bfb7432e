import { Injectable, Optional } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

import {
  AccountEventRepository,
  HOLD_SCOPES,
  OutboxCareRepository,
  PENDING_REASONS,
  SendHoldRepository,
} from '#messages';
import { WebhookRefusals } from '#webhooks';

import { RetentionJob } from '../retention/retention.job.ts';

/** As many unknown fields have a label of their own, those first that came first; the rest are `other`. */
const FIELDS_LABELLED = 20;
const LONGEST_LABEL = 64;

/** What Prometheus reads. The state of the queue is the same in every replica; the process's own figures come beside it. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType = this.registry.contentType;

  constructor(
    outbox: OutboxCareRepository,
    holds: SendHoldRepository,
    accountEvents: AccountEventRepository,
    retention: RetentionJob,
    @Optional() refusals?: WebhookRefusals,
  ) {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    new Gauge({
      name: 'palomar_pending_messages',
      help: 'PENDING messages by reason. unconfirmed: the answer was lost; somebody may have to decide.',
      labelNames: ['reason'],
      registers,
      async collect() {
        const counts = await outbox.countPending();
        for (const reason of PENDING_REASONS) this.set({ reason }, counts.get(reason) ?? 0);
      },
    });
    new Gauge({
      name: 'palomar_holds',
      help: 'Open holds by scope: Meta stopped or throttles it, and nothing in it is sent but probes.',
      labelNames: ['scope'],
      registers,
      async collect() {
        const open = await holds.listOpen();
        for (const scope of HOLD_SCOPES) this.set({ scope }, open.filter((hold) => hold.scope === scope).length);
      },
    });
    new Counter({
      name: 'palomar_webhook_refused_total',
      help: 'Requests at the webhook that this process refused, for a bad signature or verify token; nothing of them was stored.',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        this.inc({ reason: 'signature' }, refusals?.signature ?? 0);
        this.inc({ reason: 'verify-token' }, refusals?.verifyToken ?? 0);
      },
    });
    new Counter({
      name: 'palomar_retention_removed_total',
      help: 'What this process removed because it was past its time, by kind.',
      labelNames: ['what'],
      registers,
      collect() {
        this.reset();
        for (const [what, count] of retention.removed) this.inc({ what }, count);
      },
    });
    new Counter({
      name: 'palomar_webhook_unknown_fields_total',
      help: 'Webhook events in fields newer than this version: kept, listed, and without any effect.',
      labelNames: ['field'],
      registers,
      async collect() {
        const counts = await accountEvents.countUnknown();
        this.reset();
        for (const [index, { field, count }] of counts.entries()) {
          this.inc({ field: index < FIELDS_LABELLED ? field.slice(0, LONGEST_LABEL) : 'other' }, count);
        }
      },
    });
  }

  read(): Promise<string> {
    return this.registry.metrics();
  }
}
