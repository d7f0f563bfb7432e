import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import { type ListedTemplate, type SyncTurn, TemplateSyncRepository, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import { CloudApiClient } from '../cloud-api/index.ts';
import { toListedTemplate } from './template.mapper.ts';

/** How often it is looked whether another replica is done, and how often in vain. */
const LOOK_MS = 200;
const LOOKS = 50;

type Turn = Extract<SyncTurn, { state: 'turn' }>;

/** Fetches the templates of an account from Meta into our copy: all of them or, when the listing breaks, none. */
@Injectable()
export class TemplatePuller {
  private readonly logger = new Logger(TemplatePuller.name);

  constructor(
    private readonly templates: WhatsAppTemplateRepository,
    private readonly syncs: TemplateSyncRepository,
    private readonly cloudApi: CloudApiClient,
  ) {}

  /**
   * One replica at a time asks for an account; the others wait, and take over what it fetched if that is no older than
   * `maxAgeMs`. Answers whether this one asked.
   * @throws CloudApiError; Error when another replica takes too long
   */
  async pull(sender: Sender, maxAgeMs: number): Promise<boolean> {
    const { businessAccountId } = sender;
    const turn = await this.waitForTurn(businessAccountId, maxAgeMs);
    if (turn.state === 'fresh') return false;
    let done = false;
    try {
      await this.fetch(sender, turn);
      done = true;
    } finally {
      await this.syncs.handBack(businessAccountId, turn.since, done);
    }
    return true;
  }

  private async waitForTurn(businessAccountId: string, maxAgeMs: number): Promise<Turn | { state: 'fresh' }> {
    for (let look = 0; look < LOOKS; look++) {
      const turn = await this.syncs.takeTurn(businessAccountId, maxAgeMs);
      if (turn.state !== 'busy') return turn;
      await pause(LOOK_MS);
    }
    throw new Error('Another process is fetching the templates of this account and has not finished.');
  }

  private async fetch(sender: Sender, { askedAt }: Turn): Promise<void> {
    const { businessAccountId } = sender;
    const begun = performance.now();
    const listed: ListedTemplate[] = [];
    for await (const template of this.cloudApi.listTemplates(sender)) listed.push(toListedTemplate(template));
    // By the database's clock, as the time it was asked at: those of two replicas differ.
    const syncedAt = new Date(askedAt.getTime() + Math.round(performance.now() - begun));
    await this.templates.replaceAll(businessAccountId, listed, syncedAt, askedAt);
    this.logger.log({ message: 'Templates synced', businessAccountId, templates: listed.length });
  }
}
