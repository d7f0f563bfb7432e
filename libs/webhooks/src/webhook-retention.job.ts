import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';
import { WebhookArchiveRepository } from '#messages';

const HOUR_MS = 3_600_000;
/** Between two batches, so that removing a backlog disturbs nobody. */
const GAP_MS = 200;
const DAY_MS = 24 * HOUR_MS;

/** Removes raw deliveries that are older than `WEBHOOK_RETENTION_DAYS`, in small batches. Messages and timelines stay. */
@Injectable()
export class WebhookRetentionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookRetentionJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.removeOld(),
    { restMs: HOUR_MS, gapMs: GAP_MS },
    (cause) => this.logger.warn({ message: 'Old deliveries not removed; tried again', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly archive: WebhookArchiveRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async removeOld(): Promise<boolean> {
    const keptSince = new Date(this.clock.now().getTime() - this.config.webhooks.retentionDays * DAY_MS);
    return this.archive.removeBefore(keptSince);
  }
}
