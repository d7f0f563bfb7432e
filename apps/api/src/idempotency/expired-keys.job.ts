import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop } from '#common';

import { IdempotencyService } from './idempotency.service.ts';

const HOUR_MS = 3_600_000;

/** Removes idempotency keys that are over their 24 hours. */
@Injectable()
export class ExpiredKeysJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ExpiredKeysJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.idempotency.removeExpired().then(() => false),
    HOUR_MS,
    (cause) => this.logger.warn({ message: 'Expired idempotency keys not removed; tried again', err: cause }),
  );

  constructor(private readonly idempotency: IdempotencyService) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }
}
