import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { afterCommit, closestName, type FieldError, ValidationError } from '#common';
import { type KeyOwner, type KeyTarget, TemplateKeyRepository, WhatsAppTemplateRepository } from '#messages';

/** As templates are: sends come by the hundred a second, and other replicas change keys as well. */
const REMEMBERED_MS = 1_000;
const KEYS_REMEMBERED = 1_000;

/** What a key may look like; the name of a template is one as well. */
const KEY = /^[a-z0-9][a-z0-9_.-]{0,511}$/;

/** A choice as it is made: from now on this key means this template. */
export interface KeyChoice {
  key: string;
  /** Null: every language. */
  language: string | null;
  templateName: string;
}

/** Our stable names of templates: which of Meta's names each stands for, for whom, in which language. */
@Injectable()
export class TemplateKeysService {
  private readonly remembered = new LRUCache<string, KeyTarget[], KeyOwner>({
    max: KEYS_REMEMBERED,
    ttl: REMEMBERED_MS,
    // A change forgets all of it; who asked before still gets an answer.
    ignoreFetchAbort: true,
    fetchMethod: (entry, _, { context }) => this.keys.findTargets(context, entry.slice(entry.indexOf(' ') + 1)),
  });

  constructor(
    private readonly keys: TemplateKeyRepository,
    private readonly templates: WhatsAppTemplateRepository,
  ) {}

  /** Meta's name of the template that a key stands for, or what is wrong with the key or its language. */
  async nameOf(owner: KeyOwner, key: string, language: string): Promise<string | ValidationError> {
    const context = owner;
    const entry = `${owner.tenantId}/${owner.businessAccountId} ${key}`;
    const targets = (await this.remembered.fetch(entry, { context })) ?? [];
    const target = targets.find((one) => one.language === null || one.language === language);
    if (target) return target.templateName;
    if (targets.length === 0) return this.unknownKey(owner, key);
    const known = [...new Set(targets.map((one) => one.language))].join(', ');
    const message = `no template with the key "${key}" has the language "${language}"; there is ${known}`;
    return new ValidationError([{ field: 'template.language', message }], 'template-not-found');
  }

  /** What somebody chose; the names of templates are keys as well. */
  async list(owner: KeyOwner): Promise<KeyTarget[]> {
    return this.keys.listChosen(owner);
  }

  /** Where a key leads, the most particular first; none for a key that is unknown. */
  async find(owner: KeyOwner, key: string): Promise<KeyTarget[]> {
    return KEY.test(key) ? this.keys.findTargets(owner, key) : [];
  }

  /**
   * Points a key at a template: for the owner's tenant or, without one, for the whole account.
   * @throws ValidationError naming every bad field
   */
  async choose(owner: KeyOwner, { key, language, templateName }: KeyChoice): Promise<void> {
    const errors = await this.faultsOf(owner, { key, language, templateName });
    if (errors.length > 0) throw new ValidationError(errors);
    const target = { templateKey: key, language, templateName };
    if (owner.tenantId === null) await this.keys.chooseForAccount(owner.businessAccountId, target);
    else await this.keys.chooseForTenant(owner.tenantId, target);
    this.forget();
  }

  /** Takes a choice back, in one language or, with null, in all; answers whether there was one. */
  async unchoose(owner: KeyOwner, key: string, language: string | null): Promise<boolean> {
    const wasChosen = KEY.test(key) && (await this.keys.unchoose(owner, key, language));
    this.forget();
    return wasChosen;
  }

  /** Keys or templates changed. */
  forget(): void {
    void afterCommit(() => this.remembered.clear());
  }

  private async faultsOf(owner: KeyOwner, { key, language, templateName }: KeyChoice): Promise<FieldError[]> {
    const errors: FieldError[] = [];
    if (!KEY.test(key)) {
      const message = 'must begin with a lower-case letter or digit, and hold such, - _ and . only: order-approved';
      errors.push({ field: 'key', message });
    }
    const languages = await this.templates.findByName(owner.businessAccountId, templateName);
    if (languages.length === 0)
      errors.push({ field: 'template', message: await this.unknownName(owner, templateName) });
    else if (language !== null && !languages.some((one) => one.language === language)) {
      const known = languages.map((one) => one.language).join(', ');
      errors.push({ field: 'language', message: `"${templateName}" has no such language; it has ${known}` });
    }
    return errors;
  }

  private async unknownName({ businessAccountId }: KeyOwner, name: string): Promise<string> {
    const all = await this.templates.list(businessAccountId);
    const names = all.filter(({ isActive }) => isActive).map(({ templateName }) => templateName);
    return `does not exist in this WhatsApp Business Account${meant(name, names, '; create it first')}`;
  }

  private async unknownKey(owner: KeyOwner, key: string): Promise<ValidationError> {
    const hint = meant(key, await this.keys.listKeys(owner), '; GET /api/v1/whatsapp/template-keys lists those chosen');
    const message = `no template has the key "${key}"${hint}`;
    return new ValidationError([{ field: 'template.key', message }], 'template-not-found');
  }
}

function meant(given: string, known: string[], otherwise: string): string {
  const closest = closestName(given, known);
  return closest ? `; did you mean ${closest}?` : otherwise;
}
