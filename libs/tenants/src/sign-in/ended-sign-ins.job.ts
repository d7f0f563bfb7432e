import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop, Clock } from '#common';

import { SessionRepository } from '../sessions/session.repository.ts';
import { ProviderSignInRepository } from './provider-sign-in.repository.ts';
import { SignInLockRepository } from './sign-in-lock.repository.ts';

const HOUR_MS = 3_600_000;

/** Removes sessions that are over, failures that are forgotten, and sign-ins that never came back from the provider. */
@Injectable()
export class EndedSignInsJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(EndedSignInsJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.removeEnded().then(() => false),
    HOUR_MS,
    (cause) => this.logger.warn({ message: 'Ended sessions not removed; tried again', err: cause }),
  );

  constructor(
    private readonly sessions: SessionRepository,
    private readonly locks: SignInLockRepository,
    private readonly providerSignIns: ProviderSignInRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  async removeEnded(): Promise<void> {
    const now = this.clock.now();
    await this.sessions.removeOver(now);
    await this.locks.removeForgotten(now);
    await this.providerSignIns.removeExpired(now);
  }
}
