import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';
import { ErasureRepository } from '#messages';

import { ErasureStages } from './erasure.stages.ts';

const POLL_MS = 1_000;
/** Between two batches, so that sending goes on beside them. */
const GAP_MS = 20;

/** Works off what was asked to be erased; a crash in between loses nothing, and any replica goes on. */
@Injectable()
export class ErasureJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ErasureJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.erasures.step(this.clock.now(), this.stages.count, this.stages.run),
    { restMs: POLL_MS, gapMs: GAP_MS },
    (cause) => this.logger.error({ message: 'An erasure did not go on; it is tried again', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly erasures: ErasureRepository,
    private readonly stages: ErasureStages,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.has('dispatcher')) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }
}
