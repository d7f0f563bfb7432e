import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { newId } from '#common';
import {
  AccountEventRepository,
  AccountStateRepository,
  type NewAccountEvent,
  type ToldTemplate,
  WhatsAppTemplateRepository,
} from '#messages';
import { SenderDirectory } from '#tenants';
import { MetaSyncJob, ToldHoldsService, type ToldNews } from '#whatsapp';

import type { AccountNews } from './mapping/account-event.mapper.ts';
import type { ToldState } from './mapping/account-reading.ts';

/** A piece of news that was not known before, under the id it is stored with. */
interface StoredNews {
  id: string;
  news: AccountNews;
  toldAt: Date;
}

/** What one piece of news says of one aspect. */
interface Told extends StoredNews {
  state: ToldState;
}

/** Stores what Meta says of accounts, numbers and templates, each once, and applies the newest word on each aspect. */
@Injectable()
export class AccountEventApplier {
  private readonly logger = new Logger(AccountEventApplier.name);
  /** What is to follow the commit, by fingerprint: a round that is tried again says the same once more. */
  private readonly following = new Map<string, { stored: StoredNews; isApplied: boolean; freesMessages: boolean }>();

  constructor(
    private readonly events: AccountEventRepository,
    private readonly states: AccountStateRepository,
    private readonly templates: WhatsAppTemplateRepository,
    private readonly holds: ToldHoldsService,
    private readonly sync: MetaSyncJob,
    private readonly senders: SenderDirectory,
  ) {}

  /** In the caller's transaction. News that was stored before changes nothing. */
  async apply(tx: EntityManager, news: AccountNews[]): Promise<void> {
    if (news.length === 0) return;
    const stored = await this.store(tx, news);
    const told = await this.newest(
      tx,
      stored.filter(({ news: { businessAccountId } }) => this.isOurs(businessAccountId)),
    );
    const inForce = await this.changeTemplates(tx, told);
    const changedHolds = await this.changeHolds(tx, inForce);
    await this.events.noteApplied(tx, wordsOf(inForce));
    for (const one of stored) {
      this.following.set(one.news.fingerprint, {
        stored: one,
        isApplied: inForce.some(({ id }) => id === one.id),
        freesMessages: changedHolds.some(({ id, state }) => id === one.id && !state.sending?.stop),
      });
    }
  }

  /** Once that is committed: tells the operator, and sets going what waited for it. */
  async follow(): Promise<void> {
    if (this.following.size === 0) return;
    const following = [...this.following.values()];
    this.following.clear();
    for (const { stored, isApplied } of following) {
      this.log(stored, isApplied);
      if (stored.news.asksForSync) this.sync.syncSoon(stored.news.businessAccountId);
    }
    if (!following.some(({ freesMessages }) => freesMessages)) return;
    await this.holds.letGo().catch((cause: unknown) => {
      this.logger.warn({ message: 'Messages go on with the next sweep', err: cause });
    });
  }

  private async store(tx: EntityManager, news: AccountNews[]): Promise<StoredNews[]> {
    const now = new Date();
    const all = news.map((one): StoredNews => {
      // A time to come would be the newest for ever.
      const toldAt = one.occurredAt && one.occurredAt < now ? one.occurredAt : now;
      return { id: newId(), news: one, toldAt };
    });
    const added = await this.events.store(tx, all.map(toRow));
    return all.filter(({ id }) => added.has(id));
  }

  /** What is said of an aspect later, by Meta's time, outweighs it, in whatever order it comes. */
  private async newest(tx: EntityManager, stored: StoredNews[]): Promise<Told[]> {
    const told = stored.flatMap((one) => (one.news.states ?? []).map((state): Told => ({ ...one, state })));
    const kept = await this.states.tell(
      tx,
      told.map(({ id, toldAt, news: { businessAccountId }, state: { subject, aspect, value } }) => {
        return { businessAccountId, subject, aspect, value, toldAt, eventId: id };
      }),
    );
    return told.filter((_, index) => kept[index]);
  }

  /** Answers what is in force: not what a later list of Meta's outweighs, nor what is about a template we do not have. */
  private async changeTemplates(tx: EntityManager, told: Told[]): Promise<Told[]> {
    const ofTemplates = told.filter(({ state }) => state.template);
    const written = await this.templates.applyTold(
      tx,
      ofTemplates.map(({ news: { businessAccountId }, toldAt, state }): ToldTemplate => {
        return { ...state.template!, businessAccountId, toldAt };
      }),
    );
    const idle = ofTemplates.filter((_, index) => !written[index]);
    // Perhaps it is new, and Meta's list has it.
    for (const { news } of idle) news.asksForSync = true;
    return told.filter((one) => !idle.includes(one));
  }

  private async changeHolds(tx: EntityManager, told: Told[]): Promise<Told[]> {
    const ofSending = told.filter(({ state }) => state.sending);
    const changed = await this.holds.apply(
      tx,
      ofSending.map(({ news: { businessAccountId }, toldAt, state }): ToldNews => {
        return { ...state.sending, businessAccountId, toldAt };
      }),
    );
    return ofSending.filter((_, index) => changed[index]);
  }

  private isOurs(businessAccountId: string): boolean {
    return this.senders.all().some((sender) => sender.businessAccountId === businessAccountId);
  }

  private log({ id, news }: StoredNews, isApplied: boolean): void {
    const { field, event, businessAccountId, summary, level = 'info', known } = news;
    const line = { message: 'News from Meta', accountEventId: id, businessAccountId, field, event, summary, isApplied };
    if (level === 'error') this.logger.error(line);
    else if (level === 'warn' || !known) this.logger.warn(line);
    else this.logger.log(line);
  }
}

function toRow({ id, news, toldAt }: StoredNews): NewAccountEvent {
  return {
    id,
    businessAccountId: news.businessAccountId,
    field: news.field,
    event: news.event ?? null,
    known: news.known,
    phoneNumber: news.phoneNumber ?? null,
    templateName: news.template?.name ?? null,
    templateLanguage: news.template?.language ?? null,
    occurredAt: toldAt,
    summary: news.summary,
    value: news.value,
    fingerprint: news.fingerprint,
    deliveryId: news.deliveryId ?? null,
  };
}

/** By event, what it changed. */
function wordsOf(told: Told[]): { id: string; applied: string }[] {
  const words = new Map<string, string[]>();
  for (const { id, state } of told) words.set(id, [...(words.get(id) ?? []), state.says]);
  return [...words].map(([id, said]) => ({ id, applied: said.join('; ') }));
}
