import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';

import { MediaRepository } from './media.repository.ts';
import { MediaUploadRepository } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows removed in one transaction. */
const BATCH = 100;

/** Removes what is over: temporary files of dead processes, forgotten uploads, and files older than `MEDIA_RETENTION_DAYS`. */
@Injectable()
export class MediaJanitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MediaJanitor.name);
  private readonly loop = new BackgroundLoop(
    () => this.clean(),
    HOUR_MS,
    (cause) => this.logger.warn({ message: 'Media not cleaned up; tried again', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly media: MediaRepository,
    private readonly uploads: MediaUploadRepository,
    private readonly place: MediaPlace,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** One round; answers whether there may be more to remove. */
  async clean(): Promise<boolean> {
    await this.place.spool.sweep(this.clock.now());
    if (!this.config.roles.has('dispatcher')) return false;
    await this.uploads.removeExpired();
    return this.removeOld();
  }

  private async removeOld(): Promise<boolean> {
    const { retentionDays } = this.config.media;
    const { storage } = this.place;
    if (retentionDays === undefined || !storage) return false;
    const time = new Date(this.clock.now().getTime() - retentionDays * DAY_MS);
    const removed = await this.media.removeOlderThan(time, BATCH, (sha256) => storage.remove(sha256));
    if (removed > 0) this.logger.log({ message: 'Removed media that is past its time', removed });
    return removed === BATCH;
  }
}
