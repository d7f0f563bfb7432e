import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';
import { type Sender, SenderDirectory } from '#tenants';

import { CloudApiClient } from './cloud-api/index.ts';
import { SyncSchedule } from './templates/sync-schedule.ts';
import { TemplateCatalogueService } from './templates/template-catalogue.service.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** How often it is looked for numbers that were stored meanwhile, and for accounts that are due. */
const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;
/** At start, and on schedule as a part of the period: what another replica fetched so short a time ago will do. */
const FRESH_AT_START_MS = MINUTE_MS;
const FRESH_OF_PERIOD = 0.5;
/** News that calls for a sync seldom comes alone, and Meta's list may not show it at once. */
const SOON_MS = 2_000;

/**
 * Fetches what only Meta knows of each number as soon as there is one: its templates, and the number behind the id. Until
 * Meta answers; the start itself does not wait. The templates again on schedule, for what no webhook told.
 */
@Injectable()
export class MetaSyncJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MetaSyncJob.name);
  private readonly stop = new AbortController();
  private readonly known = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private readonly schedule: SyncSchedule;
  private readonly periodMs: number;
  private readonly looking = new BackgroundLoop(
    () => Promise.resolve(this.look()),
    LOOK_MS,
    (cause) => this.logger.error({ message: 'Numbers and accounts were not looked for', err: cause }),
  );
  private readonly soon = new Map<string, Promise<void>>();

  constructor(
    private readonly catalogue: TemplateCatalogueService,
    private readonly cloudApi: CloudApiClient,
    private readonly senders: SenderDirectory,
    private readonly clock: Clock,
    { whatsapp }: AppConfig,
  ) {
    this.periodMs = whatsapp.templateSyncMinutes * MINUTE_MS;
    this.schedule = new SyncSchedule(this.periodMs);
    // As many wait as there are numbers: no leak, which is what Node takes more than ten for.
    setMaxListeners(0, this.stop.signal);
  }

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  /** A fetch that is under way still needs the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.looking.stop();
    await Promise.all([...this.running, ...this.soon.values()]);
  }

  /** Meta said something of an account's templates that only its list tells in full. Asked for many times, it is one sync. */
  syncSoon(businessAccountId: string): void {
    const sender = this.senderOf(businessAccountId);
    if (!sender || this.soon.has(businessAccountId)) return;
    const syncing = pause(SOON_MS, undefined, { signal: this.stop.signal })
      // What is told from here on is for the next one.
      .then(() => this.soon.delete(businessAccountId))
      .then(() => this.untilDone('templates', () => this.catalogue.sync(sender)))
      .catch(() => undefined);
    this.soon.set(businessAccountId, syncing);
  }

  private look(): boolean {
    for (const sender of this.senders.all().filter(({ phoneNumberId }) => !this.known.has(phoneNumberId))) {
      this.known.add(sender.phoneNumberId);
      this.start('templates', () => this.catalogue.sync(sender, FRESH_AT_START_MS));
      this.start('phone number', () => this.learnNumber(sender));
    }
    const accounts = this.senders.all().map(({ businessAccountId }) => businessAccountId);
    for (const account of this.schedule.takeDue(accounts, this.clock.now().getTime())) {
      // Whatever goes wrong, the next period comes.
      this.track(this.syncDue(this.senderOf(account)!));
    }
    return false;
  }

  private async syncDue(sender: Sender): Promise<void> {
    try {
      await this.catalogue.sync(sender, this.periodMs * FRESH_OF_PERIOD);
    } catch (cause) {
      const { businessAccountId } = sender;
      this.logger.warn({
        message: 'Templates not synced on schedule; tried again next time',
        businessAccountId,
        err: cause,
      });
    }
  }

  private senderOf(businessAccountId: string): Sender | undefined {
    return this.senders.all().find((one) => one.businessAccountId === businessAccountId);
  }

  private start(what: string, fetch: () => Promise<void>): void {
    this.track(this.untilDone(what, fetch));
  }

  private track(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  private async learnNumber(sender: Sender): Promise<void> {
    const { display_phone_number: displayed } = await this.cloudApi.getPhoneNumber(sender);
    // Meta writes it for people: "+1 555-078-3881".
    const digits = displayed?.replace(/\D/g, '');
    if (digits) this.senders.noteFromPhone(sender.phoneNumberId, `+${digits}`);
  }

  private async untilDone(what: string, fetch: () => Promise<void>): Promise<void> {
    for (let delay = FIRST_PAUSE_MS; !this.stop.signal.aborted; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        return await fetch();
      } catch (cause) {
        this.logger.warn({ message: `Not fetched from Meta: ${what}; tried again`, retryInMs: delay, err: cause });
        await pause(delay, undefined, { signal: this.stop.signal }).catch(() => undefined);
      }
    }
  }
}
