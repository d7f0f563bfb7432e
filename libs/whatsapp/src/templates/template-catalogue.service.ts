import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { AppError, Clock, ValidationError } from '#common';
import { type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import { bodyParameters, isKeyed, type MessageContent } from '../payloads/index.ts';
import { TemplatePuller } from './template.puller.ts';
import { TemplateKeysService } from './template-keys.service.ts';
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
    private readonly keys: TemplateKeysService,
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
    return this.certain(sender, async () => inTermsOf(message, await this.judge(sender, message, content)));
  }

  /**
   * A send with the name that Meta knows its template by: what a key stands for, or the name itself.
   * @throws as `check` does
   */
  async resolve(tenantId: string | null, sender: Sender, content: MessageContent): Promise<MessageContent> {
    return isKeyed(content) ? this.certain(sender, () => this.named(tenantId, sender, content)) : content;
  }

  /** What our copy, be it old, has against a send; undefined when nothing. */
  async objectionTo(
    tenantId: string | null,
    sender: Sender,
    message: Record<string, unknown>,
    content: MessageContent,
  ): Promise<ValidationError | undefined> {
    const named = isKeyed(content) ? await this.named(tenantId, sender, content) : content;
    if (named instanceof ValidationError) return named;
    const judged = inTermsOf(message, await this.judge(sender, message, named));
    return judged instanceof ValidationError ? judged : undefined;
  }

  private async named(
    tenantId: string | null,
    { businessAccountId }: Sender,
    content: MessageContent,
  ): Promise<MessageContent | ValidationError> {
    const { key, ...rest } = content.template as { key: string; language: { code: string } };
    const name = await this.keys.nameOf({ tenantId, businessAccountId }, key, rest.language.code);
    return name instanceof ValidationError ? name : { ...content, template: { name, ...rest } };
  }

  /** An old copy is not believed when it refuses: it is fetched again first. */
  private async certain<T>(sender: Sender, judge: () => Promise<T | ValidationError>): Promise<T> {
    // Asked first: a sync that ends while the copy is read would make an old copy look fresh.
    const isFresh = this.isFresh(sender);
    const first = await judge();
    if (!(first instanceof ValidationError)) return first;
    if (isFresh) throw first;
    await this.refresh(sender);
    const second = await judge();
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
    const asked = await this.puller.pull(sender, maxAgeMs);
    this.remembered.clear();
    this.keys.forget();
    // What another replica fetched may be as old as that.
    this.syncedAt.set(sender.businessAccountId, asked ? begun : begun - maxAgeMs);
    for (const tell of this.listeners) tell();
  }
}

/** Whoever wrote a key finds its faults there. */
function inTermsOf<T>(message: Record<string, unknown>, judged: T | ValidationError): T | ValidationError {
  if (!(judged instanceof ValidationError) || (message.template as { key?: string }).key === undefined) return judged;
  const errors = (judged.errors ?? []).map(({ field, message: fault }) => {
    return { field: field === 'template.name' ? 'template.key' : field, message: fault };
  });
  return new ValidationError(errors, judged.code);
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
