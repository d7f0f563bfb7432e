import { setTimeout as pause } from 'node:timers/promises';

import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { type Sender, SenderDirectory } from '#tenants';

import { TemplateCatalogueService } from './template-catalogue.service.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** Fetches the templates at start, again and again until Meta answers; the start itself does not wait. */
@Injectable()
export class TemplateSyncJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TemplateSyncJob.name);
  private readonly stop = new AbortController();

  constructor(
    private readonly catalogue: TemplateCatalogueService,
    private readonly senders: SenderDirectory,
  ) {}

  onApplicationBootstrap(): void {
    for (const sender of this.senders.all()) void this.syncUntilDone(sender);
  }

  beforeApplicationShutdown(): void {
    this.stop.abort();
  }

  private async syncUntilDone(sender: Sender): Promise<void> {
    for (let delay = FIRST_PAUSE_MS; !this.stop.signal.aborted; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.catalogue.sync(sender);
      } catch (cause) {
        this.logger.warn({ message: 'Templates not synced; tried again', retryInMs: delay, err: cause });
        await pause(delay, undefined, { signal: this.stop.signal }).catch(() => undefined);
      }
    }
  }
}
