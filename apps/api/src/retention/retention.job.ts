import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { AppConfig, BackgroundLoop, Clock } from '#common';

import { type RetentionRule, RetentionRules } from './retention.rules.ts';

const HOUR_MS = 3_600_000;
/** Between two batches, so that removing a backlog disturbs nobody. */
const GAP_MS = 200;
const DAY_MS = 24 * HOUR_MS;

/** Removes what is past its time: every hour all of it, one small batch of each kind after the other. */
@Injectable()
export class RetentionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By kind, since this process began. */
  readonly removed = new Map<string, number>();
  private readonly logger = new Logger(RetentionJob.name);
  private readonly loop = new BackgroundLoop(
    () => this.step(),
    { restMs: HOUR_MS, gapMs: GAP_MS },
    (cause) => this.logger.warn({ message: 'What is past its time was not removed; tried again', err: cause }),
  );
  private round: Record<string, number> = {};

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly rules: RetentionRules,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.has('dispatcher')) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** One batch of each kind; answers whether there may be more. */
  async step(): Promise<boolean> {
    let more = false;
    for (const rule of this.rules.all) if (await this.apply(rule)) more = true;
    if (!more) this.tell();
    return more;
  }

  private async apply({ what, days, remove }: RetentionRule): Promise<boolean> {
    if (days === undefined) return false;
    const now = this.clock.now();
    const { removed, more } = await remove(new Date(now.getTime() - days * DAY_MS), now);
    this.removed.set(what, (this.removed.get(what) ?? 0) + removed);
    if (removed > 0) this.round[what] = (this.round[what] ?? 0) + removed;
    return more;
  }

  private tell(): void {
    const { round } = this;
    this.round = {};
    if (Object.keys(round).length > 0) this.logger.log({ message: 'Removed what was past its time', removed: round });
  }
}
