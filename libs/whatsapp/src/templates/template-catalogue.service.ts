import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { AppError, Clock, ValidationError } from '#common';
import { type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import { bodyParameters, type MessageContent } from '../payloads/index.ts';
import { TemplatePuller } from './template.puller.ts';
import { parameterFault } from './template-parameters.ts';

/** A copy younger than this is believed when it refuses a send; an older one is fetched again first. */
const FRESH_MS = 10_000;

/** Sends come by the hundred a second, and other replicas sync as well. */
const REMEMBERED_MS = 1_000;
const NAMES_REMEMBERED = 1_000;

/** Statuses in which Meta sends a template. FLAGGED is a warning before PAUSED. */
const SENDABLE = ['APPROVED', 'FLAGGED'];

/** Our copy of the templates Meta approved, and the check of a send against it. */
@Injectable()
export class TemplateCatalogueService {
  private readonly syncedAt = new Map<string, number>();
  private readonly syncing = new Map<string, Promise<void>>();
  private readonly listeners: (() => void)[] = [];
  /** Every language of a template, by account and name. Callers at the same time share one query. */
  private readonly remembered = new LRUCache<string, WhatsAppTemplate[]>({
    max: NAMES_REMEMBERED,
    ttl: REMEMBERED_MS,
    // A sync forgets all of it; who asked before still gets an answer.
    ignoreFetchAbort: true,
    fetchMethod: (key) => {
      const [account = '', name = ''] = key.split('/');
      return this.templates.findByName(account, name);
    },
  });

  constructor(
    private readonly templates: WhatsAppTemplateRepository,
    private readonly puller: TemplatePuller,
    private readonly clock: Clock,
  ) {}

  /**
   * Pulls every template of the sender's account from Meta, unless some replica did so within `maxAgeMs`. Callers at the
   * same time share one pull.
   */
  async sync(sender: Sender, maxAgeMs = 0): Promise<void> {
    const account = sender.businessAccountId;
    const running =
      this.syncing.get(account) ?? this.pull(sender, maxAgeMs).finally(() => this.syncing.delete(account));
    this.syncing.set(account, running);
    return running;
  }

  /** `tell` is called after every sync. */
  onSynced(tell: () => void): void {
    this.listeners.push(tell);
  }

  /**
   * The template of a send; refuses what Meta would refuse: unknown name or language, not approved, wrong parameters.
   * @throws ValidationError 422 with the field; AppError 503 when the templates were never fetched and Meta cannot be reached.
   */
  async check(sender: Sender, message: Record<string, unknown>, content: MessageContent): Promise<WhatsAppTemplate> {
    // Asked first: a sync that ends while the copy is read would make an old copy look fresh.
    const isFresh = this.isFresh(sender);
    const first = await this.judge(sender, message, content);
    if (!(first instanceof ValidationError)) return first;
    if (isFresh) throw first;
    await this.refresh(sender);
    const second = await this.judge(sender, message, content);
    if (second instanceof ValidationError) throw second;
    return second;
  }

  /** Our copy was changed: what is remembered of it is old. */
  forget(): void {
    this.remembered.clear();
  }

  private async judge(
    sender: Sender,
    message: Record<string, unknown>,
    content: MessageContent,
  ): Promise<WhatsAppTemplate | ValidationError> {
    const { name, language } = content.template as { name: string; language: { code: string } };
    const languages = (await this.remembered.fetch(`${sender.businessAccountId}/${name}`)) ?? [];
    const template = languages.find((one) => one.language === language.code);
    if (!template) return notFound(name, language.code, languages);
    if (!SENDABLE.includes(template.status)) return notApproved(template);

    const fault = parameterFault(template, bodyParameters(content));
    if (!fault) return template;
    const written =
      (message.template as Record<string, unknown>).parameters === undefined ? 'components' : 'parameters';
    return new ValidationError([{ field: `template.${written}`, message: fault }], 'template-parameters-invalid');
  }

  private isFresh({ businessAccountId }: Sender): boolean {
    const syncedAt = this.syncedAt.get(businessAccountId);
    return syncedAt !== undefined && this.clock.now().getTime() - syncedAt < FRESH_MS;
  }

  private async refresh(sender: Sender): Promise<void> {
    try {
      await this.sync(sender, FRESH_MS);
    } catch (cause) {
      // With a copy at hand, be it of an earlier start, its word stands; without one nothing can be said about the template.
      if ((await this.templates.list(sender.businessAccountId)).length > 0) return;
      throw new AppError(503, 'templates-unavailable', 'The templates could not be fetched from Meta yet; try again.', {
        retryAfterSeconds: 10,
        cause,
      });
    }
  }

  private async pull(sender: Sender, maxAgeMs: number): Promise<void> {
    const begun = this.clock.now().getTime();
    await this.puller.pull(sender, maxAgeMs);
    this.remembered.clear();
    this.syncedAt.set(sender.businessAccountId, begun);
    for (const tell of this.listeners) tell();
  }
}

function notFound(name: string, language: string, languages: WhatsAppTemplate[]): ValidationError {
  if (languages.length === 0) {
    const message = `template "${name}" does not exist in this WhatsApp Business Account`;
    return new ValidationError([{ field: 'template.name', message }], 'template-not-found');
  }
  const known = languages.map((one) => one.language).join(', ');
  const message = `template "${name}" has no language "${language}"; it has ${known}`;
  return new ValidationError([{ field: 'template.language', message }], 'template-not-found');
}

function notApproved({ templateName, language, status, rejectedReason }: WhatsAppTemplate): ValidationError {
  const reason = rejectedReason ? ` (${rejectedReason})` : '';
  const message = `template "${templateName}" in "${language}" is ${status}${reason}, only an APPROVED one can be sent`;
  return new ValidationError([{ field: 'template.name', message }], 'template-not-approved');
}
