import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop, newId } from '#common';
import { WebhookListenerRepository } from '#messages';

const BEAT_MS = 1_000;

/**
 * Lets everybody know since when this process takes Meta's deliveries without interruption. Whether a status that did not
 * come proves anything depends on it (docs/adr/0004).
 */
@Injectable()
export class WebhookListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookListener.name);
  private readonly id = newId();
  private interrupted = false;
  private readonly loop = new BackgroundLoop(
    () => this.beat().then(() => false),
    BEAT_MS,
    (cause) => this.logger.warn({ message: 'No sign of life was given; tried again', err: cause }),
  );

  constructor(private readonly listeners: WebhookListenerRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listeners.removeGone();
    // Before the first request can come.
    await this.beat();
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** A delivery was sent away: Meta brings it again when it pleases. */
  noteRefusal(): void {
    this.interrupted = true;
    this.loop.wake();
  }

  private async beat(): Promise<void> {
    const { interrupted } = this;
    this.interrupted = false;
    try {
      await this.listeners.beat(this.id, interrupted);
    } catch (cause) {
      this.interrupted ||= interrupted;
      throw cause;
    }
  }
}
