import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';

import { MediaUploadRepository } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';

const HOUR_MS = 3_600_000;

/** Removes what is over: temporary files of dead processes, and uploads that Meta forgot. */
@Injectable()
export class MediaJanitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MediaJanitor.name);
  private readonly loop = new BackgroundLoop(
    () => this.clean().then(() => false),
    HOUR_MS,
    (cause) => this.logger.warn({ message: 'Media not cleaned up; tried again', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly uploads: MediaUploadRepository,
    private readonly place: MediaPlace,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  async clean(): Promise<void> {
    await this.place.spool.sweep(this.clock.now());
    if (this.config.roles.has('dispatcher')) await this.uploads.removeExpired();
  }
}
