import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop } from '#common';
import { TemplateUseRepository } from '#messages';
import { SenderDirectory } from '#tenants';

const EVERY_MS = 2_000;
const AT_ONCE = 5_000;

/** Keeps `sent_count` and `last_used_at` of templates; any replica does it for all of them. */
@Injectable()
export class TemplateUsesJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TemplateUsesJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.uses.sumUp(this.senders.all(), AT_ONCE).then((count) => count === AT_ONCE),
    EVERY_MS,
    (cause) => this.logger.warn({ message: 'Uses of templates not summed up; tried again', err: cause }),
  );

  constructor(
    private readonly uses: TemplateUseRepository,
    private readonly senders: SenderDirectory,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }
}
