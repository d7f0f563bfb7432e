import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

import { BackgroundLoop } from '#common';
import { SubmittedTemplateRepository, type WhatsAppTemplate } from '#messages';
import { SenderDirectory } from '#tenants';

import { TemplateSubmissionsService } from './template-submissions.service.ts';

const LOOK_MS = 5_000;
const LONGEST_REST_MS = 300_000;
const AT_ONCE = 100;

/** Follows reviews to their end. A webhook tells the end as well, and sooner; this is for the ones that never come. */
@Injectable()
export class TemplateFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TemplateFollower.name);
  private failures = 0;
  private readonly looking = new BackgroundLoop(
    () => this.follow(),
    LOOK_MS,
    (cause) => this.logger.error({ message: 'Templates in review were not looked for', err: cause }),
  );

  constructor(
    private readonly submitted: SubmittedTemplateRepository,
    private readonly submissions: TemplateSubmissionsService,
    private readonly senders: SenderDirectory,
  ) {}

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking.stop();
  }

  /** Asks about those that are due. Answers how long to rest when Meta cannot be asked. */
  async follow(): Promise<boolean | number> {
    const accounts = new Map(this.senders.all().map((sender) => [sender.businessAccountId, sender]));
    const awaited = await this.submitted.findAwaited([...accounts.keys()], await this.submitted.now(), AT_ONCE);
    const failed = new Set<string>();
    for (const template of awaited) {
      const { businessAccountId } = template;
      if (failed.has(businessAccountId)) continue;
      try {
        this.log(template, await this.submissions.look(accounts.get(businessAccountId)!, template));
      } catch (cause) {
        failed.add(businessAccountId);
        this.logger.warn({ message: 'Meta was not asked about its reviews', businessAccountId, err: cause });
      }
    }
    if (failed.size > 0) return Math.min(LOOK_MS * 2 ** this.failures++, LONGEST_REST_MS);
    this.failures = 0;
    return awaited.length === AT_ONCE;
  }

  private log(
    before: WhatsAppTemplate,
    { id, templateName, language, status, rejectedReason }: WhatsAppTemplate,
  ): void {
    if (status === before.status) return;
    this.logger.log({ message: 'Template reviewed', templateId: id, templateName, language, status, rejectedReason });
  }
}
