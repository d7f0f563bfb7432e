import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop } from '#common';

import { StatisticsCountRepository } from './statistics-count.repository.ts';

const EVERY_MS = 2_000;
const AT_ONCE = 2_000;

/** Sums changes up in the counts behind the statistics; any replica does it for all of them. */
@Injectable()
export class SumUpChangesJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SumUpChangesJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.counts.sumUp(AT_ONCE).then((count) => count === AT_ONCE),
    EVERY_MS,
    (cause) => this.logger.warn({ message: 'Changes not summed up in the statistics; tried again', err: cause }),
  );

  constructor(private readonly counts: StatisticsCountRepository) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }
}
