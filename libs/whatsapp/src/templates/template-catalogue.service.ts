import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { AppError, Clock, type FieldError, ValidationError } from '#common';
import { type ListedTemplate, type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import { CloudApiClient } from '../cloud-api/index.ts';
import { expandTemplate, isObject, isString, type JsonObject, type MessageContent } from '../payloads/index.ts';
import { statusRefusal, unknownLanguage, unknownName } from './refusals.ts';
import { toFieldErrors } from './send-check/field-errors.ts';
import { checkTemplateSend } from './send-check/template-send-check.ts';
import { toListedTemplate } from './template.mapper.ts';
import { formOf } from './template-form.ts';

/** A copy younger than this is believed when it refuses a send; an older one is fetched again first. */
const FRESH_MS = 10_000;

/** Sends come by the hundred a second, and other replicas sync as well. */
const REMEMBERED_MS = 1_000;
const NAMES_REMEMBERED = 1_000;

/** A template as a message asks for it: in the caller's words, and in Meta's. */
interface AskedTemplate {
  written: JsonObject;
  expanded: JsonObject & { name: string; language: { code: string } };
}

/** Our copy of the templates Meta approved, and the check of a send against it. */
@Injectable()
export class TemplateCatalogueService {
  private readonly logger = new Logger(TemplateCatalogueService.name);
  private readonly syncedAt = new Map<string, number>();
  private readonly syncing = new Map<string, Promise<void>>();
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

  /** The names of an account, asked for only where one is not known. */
  private readonly names = new LRUCache<string, string[]>({
    max: NAMES_REMEMBERED,
    ttl: REMEMBERED_MS,
    ignoreFetchAbort: true,
    fetchMethod: async (account) => {
      const all = await this.templates.list(account);
      return [...new Set(all.filter(({ isActive }) => isActive).map(({ templateName }) => templateName))];
    },
  });

  constructor(
    private readonly templates: WhatsAppTemplateRepository,
    private readonly cloudApi: CloudApiClient,
    private readonly clock: Clock,
  ) {}

  /** Pulls every template of the sender's account from Meta. Callers at the same time share one pull. */
  async sync(sender: Sender): Promise<void> {
    const account = sender.businessAccountId;
    const running = this.syncing.get(account) ?? this.pull(sender).finally(() => this.syncing.delete(account));
    this.syncing.set(account, running);
    return running;
  }

  /**
   * The template of a send; refuses what Meta would refuse: unknown name or language, not approved, anything missing that it
   * needs, and anything given that it does not take.
   * @throws ValidationError 422 with every such field; AppError 503 when the templates were never fetched and Meta cannot be
   * reached.
   */
  async check(sender: Sender, message: JsonObject, content: MessageContent): Promise<WhatsAppTemplate> {
    const asked = { written: message.template, expanded: content.template } as AskedTemplate;
    const judged = await this.judgeFresh(sender, asked);
    if (judged instanceof ValidationError) throw judged;
    return judged;
  }

  /**
   * What the template says against a message that is refused anyway for `errors`, as far as it can be read: so that all of it
   * is known at once.
   */
  async faultsBeside(errors: FieldError[], sender: Sender, message: JsonObject): Promise<FieldError[]> {
    const asked = readAsked(message, errors);
    if (!asked) return [];
    try {
      const judged = await this.judgeFresh(sender, asked);
      return judged instanceof ValidationError ? (judged.errors ?? []).filter(isNewTo(errors)) : [];
    } catch (cause) {
      // Nothing can be said of the template now; the other faults stand.
      if (cause instanceof AppError) return [];
      throw cause;
    }
  }

  /** Nothing is refused by an old copy. */
  private async judgeFresh(sender: Sender, asked: AskedTemplate): Promise<WhatsAppTemplate | ValidationError> {
    // Asked first: a sync that ends while the copy is read would make an old copy look fresh.
    const isFresh = this.isFresh(sender);
    const first = await this.judge(sender, asked);
    if (isFresh || !(first instanceof ValidationError)) return first;
    await this.refresh(sender);
    return this.judge(sender, asked);
  }

  private async judge(
    { businessAccountId }: Sender,
    { written, expanded }: AskedTemplate,
  ): Promise<WhatsAppTemplate | ValidationError> {
    const { name, language, components } = expanded;
    const languages = (await this.remembered.fetch(`${businessAccountId}/${name}`)) ?? [];
    const template = languages.find((one) => one.language === language.code);
    if (languages.length === 0) return unknownName(name, (await this.names.fetch(businessAccountId)) ?? []);
    if (!template) {
      const known = languages.map((one) => one.language);
      return unknownLanguage(name, language.code, known);
    }
    const refusal = statusRefusal(template);
    if (refusal) return refusal;
    const faults = checkTemplateSend(formOf(template), components, this.clock.now().getTime());
    if (faults.length === 0) return template;
    return new ValidationError(toFieldErrors(written, faults), 'template-parameters-invalid');
  }

  private isFresh({ businessAccountId }: Sender): boolean {
    const syncedAt = this.syncedAt.get(businessAccountId);
    return syncedAt !== undefined && this.clock.now().getTime() - syncedAt < FRESH_MS;
  }

  private async refresh(sender: Sender): Promise<void> {
    try {
      await this.sync(sender);
    } catch (cause) {
      // With a copy at hand, be it of an earlier start, its word stands; without one nothing can be said about the template.
      if ((await this.templates.list(sender.businessAccountId)).length > 0) return;
      throw new AppError(503, 'templates-unavailable', 'The templates could not be fetched from Meta yet; try again.', {
        retryAfterSeconds: 10,
        cause,
      });
    }
  }

  private async pull(sender: Sender): Promise<void> {
    const listed: ListedTemplate[] = [];
    const askedAt = this.clock.now();
    for await (const template of this.cloudApi.listTemplates(sender)) listed.push(toListedTemplate(template));
    const now = this.clock.now();
    await this.templates.replaceAll(sender.businessAccountId, listed, now, askedAt);
    this.remembered.clear();
    this.names.clear();
    this.syncedAt.set(sender.businessAccountId, now.getTime());
    this.logger.log({
      message: 'Templates synced',
      businessAccountId: sender.businessAccountId,
      templates: listed.length,
    });
  }
}

/** What a message that is not as it should be asks for, where that is clear. */
function readAsked({ type = 'template', template }: JsonObject, errors: FieldError[]): AskedTemplate | undefined {
  if (type !== 'template' || !isObject(template)) return undefined;
  if (errors.some(({ field }) => /^template\.(name|language)\b/.test(field))) return undefined;
  const { name, language, ...rest } = expandTemplate(template);
  if (!isString(name) || !isObject(language) || !isString(language.code)) return undefined;
  return { written: template, expanded: { ...rest, name, language: { code: language.code } } };
}

/** Whether a fault is told by none of these: what is wrong with a value is said once, and not of its parts again. */
function isNewTo(errors: FieldError[]): (fault: FieldError) => boolean {
  return ({ field }) =>
    !errors.some(
      (one) => field === one.field || field.startsWith(`${one.field}.`) || field.startsWith(`${one.field}[`),
    );
}
