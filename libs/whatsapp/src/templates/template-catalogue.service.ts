import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { AppError, Clock, type FieldError, ValidationError } from '#common';
import { type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import {
  expandTemplate,
  isKeyed,
  isObject,
  isString,
  type JsonObject,
  type MessageContent,
} from '../payloads/index.ts';
import { statusRefusal, unknownLanguage, unknownName } from './refusals.ts';
import { toFieldErrors } from './send-check/field-errors.ts';
import { checkTemplateSend } from './send-check/template-send-check.ts';
import { TemplatePuller } from './template.puller.ts';
import { formOf } from './template-form.ts';
import { TemplateKeysService } from './template-keys.service.ts';

/** A copy younger than this is believed when it refuses a send; an older one is fetched again first. */
const FRESH_MS = 10_000;

/** Sends come by the hundred a second, and other replicas sync as well. */
const REMEMBERED_MS = 1_000;
const NAMES_REMEMBERED = 1_000;

/** A template by Meta's name, as a message asks for it. */
type AskedTemplate = JsonObject & { name: string; language: { code: string } };

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
   * The template of a send; refuses what Meta would refuse: unknown name or language, not approved, anything missing that it
   * needs, and anything given that it does not take.
   * @throws ValidationError 422 with every such field; AppError 503 when the templates were never fetched and Meta cannot be
   * reached.
   */
  check(sender: Sender, message: JsonObject, content: MessageContent): Promise<WhatsAppTemplate> {
    return this.certain(sender, () => this.judge(sender, message, content));
  }

  /** The template of a send that nothing is wrong with, where it was looked up a moment ago; undefined says nothing: `check` knows. */
  recall({ businessAccountId }: Sender, message: JsonObject, content: MessageContent): WhatsAppTemplate | undefined {
    const { name } = content.template as AskedTemplate;
    const languages = this.remembered.get(keyOf(businessAccountId, name));
    const judged = languages && this.judgeAmong(languages, message, content);
    return judged instanceof ValidationError ? undefined : judged;
  }

  /**
   * What the template says against a message that is refused anyway for `errors`, as far as it can be read: so that all of it
   * is known at once.
   */
  async faultsBeside(
    errors: FieldError[],
    tenantId: string | null,
    sender: Sender,
    message: JsonObject,
  ): Promise<FieldError[]> {
    const content = readAsked(message, errors);
    if (!content) return [];
    try {
      await this.check(sender, message, await this.resolve(tenantId, sender, content));
      return [];
    } catch (cause) {
      if (cause instanceof ValidationError) return (cause.errors ?? []).filter(isNewTo(errors));
      // Nothing can be said of the template now; the other faults stand.
      if (cause instanceof AppError) return [];
      throw cause;
    }
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
    message: JsonObject,
    content: MessageContent,
  ): Promise<ValidationError | undefined> {
    const named = isKeyed(content) ? await this.named(tenantId, sender, content) : content;
    if (named instanceof ValidationError) return named;
    const judged = await this.judge(sender, message, named);
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
    this.names.clear();
  }

  private async judge(
    { businessAccountId }: Sender,
    message: JsonObject,
    content: MessageContent,
  ): Promise<WhatsAppTemplate | ValidationError> {
    const { name } = content.template as AskedTemplate;
    const languages = (await this.remembered.fetch(keyOf(businessAccountId, name))) ?? [];
    if (languages.length > 0) return this.judgeAmong(languages, message, content);
    const known = (await this.names.fetch(businessAccountId)) ?? [];
    return inTermsOf(message.template as JsonObject, unknownName(name, known));
  }

  /** What the template in the language that is asked for says; `languages`: all that it is there in. */
  private judgeAmong(
    languages: WhatsAppTemplate[],
    message: JsonObject,
    content: MessageContent,
  ): WhatsAppTemplate | ValidationError {
    const { name, language, components } = content.template as AskedTemplate;
    const written = message.template as JsonObject;
    const template = languages.find((one) => one.language === language.code);
    if (!template) {
      const known = languages.map((one) => one.language);
      return unknownLanguage(name, language.code, known);
    }
    const refusal = statusRefusal(template);
    if (refusal) return inTermsOf(written, refusal);
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
    this.forget();
    this.keys.forget();
    // What another replica fetched may be as old as that.
    this.syncedAt.set(sender.businessAccountId, asked ? begun : begun - maxAgeMs);
    for (const tell of this.listeners) tell();
  }
}

function keyOf(businessAccountId: string, name: string): string {
  return `${businessAccountId}/${name}`;
}

/** Whoever wrote a key finds its faults there. */
function inTermsOf({ key }: JsonObject, refusal: ValidationError): ValidationError {
  if (key === undefined) return refusal;
  const errors = (refusal.errors ?? []).map(({ field, message }) => {
    return { field: field === 'template.name' ? 'template.key' : field, message };
  });
  return new ValidationError(errors, refusal.code);
}

/** What a message that is not as it should be asks for, where that is clear. */
function readAsked({ type = 'template', template }: JsonObject, errors: FieldError[]): MessageContent | undefined {
  if (type !== 'template' || !isObject(template)) return undefined;
  if (errors.some(({ field }) => /^template\.(name|key|language)\b/.test(field))) return undefined;
  const { language, ...rest } = expandTemplate(template);
  if (!isString(rest.name ?? rest.key) || !isObject(language) || !isString(language.code)) return undefined;
  return { type, template: { ...rest, language: { code: language.code } } };
}

/** Whether a fault is told by none of these: what is wrong with a value is said once, and not of its parts again. */
function isNewTo(errors: FieldError[]): (fault: FieldError) => boolean {
  return ({ field }) =>
    !errors.some(
      (one) => field === one.field || field.startsWith(`${one.field}.`) || field.startsWith(`${one.field}[`),
    );
}
