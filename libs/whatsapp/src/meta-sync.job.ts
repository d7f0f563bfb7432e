import { setTimeout as pause } from 'node:timers/promises';

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop } from '#common';
import { type Sender, SenderDirectory } from '#tenants';

import { CloudApiClient } from './cloud-api/index.ts';
import { TemplateCatalogueService } from './templates/template-catalogue.service.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** How often it is looked for numbers that were stored meanwhile. */
const LOOK_MS = 5_000;

/** Fetches what only Meta knows of each number as soon as there is one: its templates, and the number behind the id. Until Meta answers; the start itself does not wait. */
@Injectable()
export class MetaSyncJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MetaSyncJob.name);
  private readonly stop = new AbortController();
  private readonly known = new Set<string>();
  private readonly running: Promise<void>[] = [];
  private readonly looking = new BackgroundLoop(
    () => Promise.resolve(this.learnNew()),
    LOOK_MS,
    (cause) => this.logger.error({ message: 'New numbers were not looked for', err: cause }),
  );

  constructor(
    private readonly catalogue: TemplateCatalogueService,
    private readonly cloudApi: CloudApiClient,
    private readonly senders: SenderDirectory,
  ) {}

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  /** A fetch that is under way still needs the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.looking.stop();
    await Promise.all(this.running);
  }

  private learnNew(): boolean {
    for (const sender of this.senders.all().filter(({ phoneNumberId }) => !this.known.has(phoneNumberId))) {
      this.known.add(sender.phoneNumberId);
      this.running.push(
        this.untilDone('templates', () => this.catalogue.sync(sender)),
        this.untilDone('phone number', () => this.learnNumber(sender)),
      );
    }
    return false;
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
