import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop } from '#common';

import type { Media } from '../entities/media.entity.ts';
import { MediaRepository } from '../media.repository.ts';
import { MediaPlace } from '../storage/media-place.ts';
import type { MediaStorage } from '../storage/media-storage.ts';
import { MediaFetcher } from './media.fetcher.ts';

const POLL_MS = 1_000;
/** Files on their way at once, per process: more would only share the same line, and the memory for their pieces. */
const CONCURRENCY = 4;

/** Gives due files to the fetcher, where this process calls Meta (role `dispatcher`). */
@Injectable()
export class MediaPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MediaPoller.name);
  private readonly stop = new AbortController();
  private readonly fetching = new Set<Promise<void>>();
  private readonly loop = new BackgroundLoop(
    () => this.fetchDue(this.place.storage!),
    POLL_MS,
    (cause) => this.logger.error({ message: 'Media to fetch could not be read', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly media: MediaRepository,
    private readonly place: MediaPlace,
    private readonly fetcher: MediaFetcher,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.has('dispatcher')) return;
    if (this.place.storage) return this.loop.start();
    this.logger.warn(
      'Neither MEDIA_DIR nor MEDIA_S3_BUCKET is set: files that customers send are not fetched, and Meta keeps them 7 days.',
    );
  }

  /** Due files were stored: do not wait for the next poll. */
  wake(): void {
    this.loop.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    if (this.loop.running) await this.loop.stop();
    await Promise.all(this.fetching);
  }

  private async fetchDue(storage: MediaStorage): Promise<boolean> {
    const free = CONCURRENCY - this.fetching.size;
    // Whoever is done wakes us again.
    if (free === 0) return false;
    const due = await this.media.claimDue(free);
    for (const one of due) this.fetch(one, storage);
    return false;
  }

  private fetch(media: Media, storage: MediaStorage): void {
    const fetching = this.fetcher
      .fetch(media, storage, this.stop.signal)
      // The database went away: when the lease is over it is fetched again.
      .catch((cause: unknown) =>
        this.logger.error({ message: 'Not recorded what became of media', mediaId: media.id, err: cause }),
      )
      .finally(() => {
        this.fetching.delete(fetching);
        this.loop.wake();
      });
    this.fetching.add(fetching);
  }
}
