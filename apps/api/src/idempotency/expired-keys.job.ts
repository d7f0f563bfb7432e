import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { IdempotencyService } from './idempotency.service.ts';

const HOUR_MS = 3_600_000;

/** Removes idempotency keys that are over their 24 hours. */
@Injectable()
export class ExpiredKeysJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ExpiredKeysJob.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly idempotency: IdempotencyService) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), HOUR_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async run(): Promise<void> {
    try {
      await this.idempotency.removeExpired();
    } catch (cause) {
      this.logger.warn({ message: 'Expired idempotency keys not removed; tried again in an hour', err: cause });
    }
  }
}
