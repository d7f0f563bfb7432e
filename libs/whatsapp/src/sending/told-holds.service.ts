import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { type MessageError, type Scope, SendHoldRepository, type ToldHold } from '#messages';
import { SenderDirectory } from '#tenants';

import { adviceFor } from '../cloud-api/index.ts';
import { covers, templateKey } from './hold-scope.ts';
import { OutboxPoller } from './outbox.poller.ts';

/** What Meta says of sending, before any message is refused. */
export interface SendingNews {
  /** Without it, it is about the whole account. */
  template?: { name: string; language: string };
  /** Undefined: it may go on. */
  stop?: {
    /** The code with which Meta would refuse a message now. */
    code: number;
    details: string;
    /** When it ends, where Meta says so: at a time, or so long from now. */
    until?: Date | undefined;
    probeInMs?: number | undefined;
  };
}

/** The same, of which account and when it was said. */
export interface ToldNews extends SendingNews {
  businessAccountId: string;
  toldAt: Date;
}

/** Meta tells the end of what it told the beginning of; probes are for the case that this word is lost. */
const PROBE_MS = 3_600_000;

/** Holds that begin and end with what Meta tells by webhook. */
@Injectable()
export class ToldHoldsService {
  constructor(
    private readonly holds: SendHoldRepository,
    private readonly senders: SenderDirectory,
    private readonly outbox: OutboxPoller,
  ) {}

  /** Opens and ends holds in the caller's transaction; answers for each whether it changed anything. */
  async apply(tx: EntityManager, news: ToldNews[]): Promise<boolean[]> {
    const scopes = news.map((one) => this.scopesOf(one));
    const told = news.flatMap((one, index) => {
      const stop = stopOf(one);
      return one.stop && !stop
        ? []
        : scopes[index]!.map((scope): ToldHold => ({ ...scope, toldAt: one.toldAt, ...stop }));
    });
    const changed = await this.holds.applyTold(tx, told);
    return scopes.map((own) => changed.some((scope) => covers(own, scope)));
  }

  /** Once that is committed: what waited goes on. */
  async letGo(): Promise<void> {
    await this.holds.unparkReleased();
    this.outbox.wake();
  }

  /** A template is stopped for every number of its account. */
  private scopesOf({ businessAccountId, template }: ToldNews): Scope[] {
    const own = this.senders.all().filter((sender) => sender.businessAccountId === businessAccountId);
    if (own.length === 0) return [];
    if (!template) return [{ scope: 'waba', scopeKey: businessAccountId }];
    return own.map(({ phoneNumberId }) => ({
      scope: 'template',
      scopeKey: templateKey({ phoneNumberId, templateName: template.name, templateLanguage: template.language }),
    }));
  }
}

/** Undefined also for a stop that is over by now. */
function stopOf({ stop }: ToldNews): Pick<ToldHold, 'stop'> | undefined {
  if (!stop) return undefined;
  const left = stop.until ? stop.until.getTime() - Date.now() : undefined;
  if (left !== undefined && left <= 0) return undefined;
  const advice = adviceFor({ code: stop.code });
  const error: MessageError = {
    code: String(stop.code),
    title: advice.title,
    details: stop.details,
    class: advice.class,
    retryable: advice.retryable,
    action: advice.action,
  };
  return { stop: { error, probeInMs: left ?? stop.probeInMs ?? PROBE_MS } };
}
