import { Inject, Injectable } from '@nestjs/common';

import { AppError } from '#common';
import { SubmittedTemplateRepository, type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import {
  CloudApiClient,
  CloudApiError,
  type CloudApiTemplate,
  CloudApiUnknownOutcomeError,
  type LibraryFilter,
  type LibraryPage,
  type MediaFile,
  type NewCloudApiTemplate,
  type TemplateChanges,
} from '../cloud-api/index.ts';
import { toListedTemplate } from './template.mapper.ts';
import { TemplateCatalogueService } from './template-catalogue.service.ts';
import { isGone, toTemplateProblem } from './template-refusal.ts';

const NAME = /^[a-z0-9_]{1,512}$/;
/** A name that is not there must not cost a listing each time it is asked for. */
const FRESH_MS = 30_000;
const EDITABLE = ['APPROVED', 'REJECTED', 'PAUSED'];

/** Our copy of Meta's list: fetched anew, and no longer remembered as it was. */
interface OurCopy {
  sync(sender: Sender, maxAgeMs: number): Promise<unknown>;
  forget(): void;
}

/**
 * Creates, edits and removes templates at Meta, and keeps in our registry what Meta answers, at once. What is given was
 * read by `readNewTemplate` and `readTemplateChanges`. Refusals of Meta's become an `AppError` with Meta's words (`toTemplateProblem`).
 */
@Injectable()
export class TemplateSubmissionsService {
  constructor(
    private readonly cloudApi: CloudApiClient,
    private readonly templates: WhatsAppTemplateRepository,
    private readonly submitted: SubmittedTemplateRepository,
    @Inject(TemplateCatalogueService) private readonly catalogue: OurCopy,
  ) {}

  /**
   * Submits a template, or takes one out of Meta's library. Its review has begun when this answers, or is over.
   * @throws AppError 409 `template-exists`
   */
  async create(sender: Sender, template: NewCloudApiTemplate): Promise<WhatsAppTemplate> {
    const { name, language } = template;
    await this.assertNew(sender, name, language);
    const askedAt = await this.submitted.now();
    try {
      const answer = await this.cloudApi.templates.create(sender, template);
      const made = { ...template, ...answer };
      return await this.keep(sender, await this.asMade(sender, made), askedAt, { changed: true });
    } catch (failure) {
      const found =
        failure instanceof CloudApiUnknownOutcomeError && (await this.foundAfterAll(sender, name, language));
      if (found) return found;
      throw toTemplateProblem(failure, template.components);
    }
  }

  /**
   * Every language of a name, or one of them. Our copy is refreshed once before it is missed.
   * @throws AppError 404 `template-not-found`
   */
  async findAll(sender: Sender, name: string, language?: string): Promise<WhatsAppTemplate[]> {
    const known = await this.known(sender, name, language);
    if (known.length > 0) return known;
    await this.sync(sender, FRESH_MS);
    const found = await this.known(sender, name, language);
    if (found.length > 0) return found;
    throw templateNotFound(name, language);
  }

  /** @throws AppError 404 `template-not-found` */
  async find(sender: Sender, name: string, language: string): Promise<WhatsAppTemplate> {
    const [found] = await this.findAll(sender, name, language);
    return found!;
  }

  /**
   * Replaces all components, or changes the category or the time to live.
   * @throws AppError 409 `template-not-editable`, `template-category-fixed`
   */
  async edit(sender: Sender, template: WhatsAppTemplate, changes: TemplateChanges): Promise<WhatsAppTemplate> {
    const isIn = (present: WhatsAppTemplate): boolean => EDITABLE.includes(present.status);
    const present = isIn(template) ? template : await this.look(sender, template);
    if (!isIn(present)) {
      throw new AppError(
        409,
        'template-not-editable',
        `The template is ${present.status}. Only one that is ${EDITABLE.join(', ')} can be edited; wait for the review, or create another.`,
      );
    }
    if (changes.category !== undefined && changes.category !== present.category && present.status === 'APPROVED') {
      throw new AppError(
        409,
        'template-category-fixed',
        `Meta lets nobody change the category of an approved template. Create another one, or leave it ${present.category}.`,
      );
    }
    const askedAt = await this.submitted.now();
    await this.ask(() => this.cloudApi.templates.edit(sender, idOf(present), changes), changes.components);
    return this.keep(sender, await this.asMade(sender, { ...toCloudApi(present), ...changes }), askedAt, {
      changed: true,
    });
  }

  /**
   * Removes a name in one language, or in all it has. Messages on their way are still delivered; the name is blocked for 30 days.
   * @throws AppError 404 `template-not-found`, 409 `template-not-deletable`
   */
  async delete(sender: Sender, name: string, language?: string): Promise<void> {
    const doomed = await this.findAll(sender, name, language);
    if (doomed.every(({ status }) => status === 'DISABLED')) {
      throw new AppError(409, 'template-not-deletable', 'Meta keeps a template that it disabled; nothing to do.');
    }
    try {
      await this.cloudApi.templates.delete(sender, name, language === undefined ? undefined : idOf(doomed[0]!));
    } catch (failure) {
      if (!isGone(failure)) throw toTemplateProblem(failure);
    }
    const ids = doomed.map(({ id }) => id);
    await this.submitted.markDeleted(ids, await this.submitted.now());
    this.catalogue.forget();
  }

  /** @throws AppError 409 `template-not-paused` */
  async unpause(sender: Sender, name: string, language: string): Promise<WhatsAppTemplate> {
    const found = await this.find(sender, name, language);
    const present = found.status === 'PAUSED' ? found : await this.look(sender, found);
    if (present.status !== 'PAUSED') {
      throw new AppError(409, 'template-not-paused', `The template is ${present.status}; only a PAUSED one can go on.`);
    }
    const askedAt = await this.submitted.now();
    await this.ask(() => this.cloudApi.templates.unpause(sender, idOf(present)));
    const unpaused = await this.asMade(sender, { ...toCloudApi(present), status: 'APPROVED' });
    return this.keep(sender, unpaused, askedAt, { changed: true });
  }

  /** Fetches all of them from Meta, unless that was done within `maxAgeMs`. */
  async sync(sender: Sender, maxAgeMs = 0): Promise<void> {
    await this.ask(() => this.catalogue.sync(sender, maxAgeMs));
  }

  /** What Meta has ready for everybody. */
  async library(sender: Sender, filter: LibraryFilter): Promise<LibraryPage> {
    return this.ask(() => this.cloudApi.templates.library(sender, filter));
  }

  /** The handle that shows Meta's reviewers what the file of a header looks like. */
  async uploadExample(sender: Sender, file: MediaFile): Promise<string> {
    return this.ask(() => this.cloudApi.uploadExample(sender, file));
  }

  /** Asks Meta about one template and keeps the answer; one that is gone there is gone here. */
  async look(sender: Sender, template: WhatsAppTemplate): Promise<WhatsAppTemplate> {
    const askedAt = await this.submitted.now();
    try {
      return await this.keep(sender, await this.cloudApi.templates.get(sender, idOf(template)), askedAt);
    } catch (failure) {
      if (!isGone(failure)) throw toTemplateProblem(failure);
      const now = await this.submitted.now();
      await this.submitted.markDeleted([template.id], now);
      this.catalogue.forget();
      return { ...template, status: 'DELETED', isActive: false, statusToldAt: now };
    }
  }

  private async assertNew(sender: Sender, name: string, language: string): Promise<void> {
    const [known] = await this.known(sender, name, language);
    const present = known && (await this.look(sender, known));
    if (!present?.isActive) return;
    throw new AppError(
      409,
      'template-exists',
      `Template "${name}" exists in "${language}" (${present.status}). Edit it, or choose another name or language.`,
    );
  }

  /** What our copy has of a name. */
  async known({ businessAccountId }: Sender, name: string, language?: string): Promise<WhatsAppTemplate[]> {
    if (!NAME.test(name)) return [];
    const languages = await this.templates.findByName(businessAccountId, name);
    return languages.filter((one) => language === undefined || one.language === language);
  }

  /** The answer was lost: Meta's list tells whether the template was made. */
  private async foundAfterAll(sender: Sender, name: string, language: string): Promise<WhatsAppTemplate | undefined> {
    await this.catalogue.sync(sender, 0).catch(() => undefined);
    const [found] = await this.known(sender, name, language);
    return found;
  }

  /** The template as Meta shows it: parts may be Meta's own, and its status a new one. Without an answer, as it was given. */
  private async asMade(sender: Sender, given: CloudApiTemplate): Promise<CloudApiTemplate> {
    return this.cloudApi.templates.get(sender, given.id).catch((failure: unknown) => {
      if (failure instanceof CloudApiError) return given;
      throw failure;
    });
  }

  private async keep(
    sender: Sender,
    template: CloudApiTemplate,
    askedAt: Date,
    { changed = false } = {},
  ): Promise<WhatsAppTemplate> {
    const listed = toListedTemplate(template);
    const kept = await this.submitted.keep(sender.businessAccountId, listed, askedAt, { changed });
    this.catalogue.forget();
    return kept;
  }

  private async ask<T>(call: () => Promise<T>, components?: unknown): Promise<T> {
    try {
      return await call();
    } catch (failure) {
      throw toTemplateProblem(failure, components);
    }
  }
}

export function templateNotFound(name: string, language?: string): AppError {
  const where = language === undefined ? '' : ` in ${JSON.stringify(language)}`;
  const message = `There is no template ${JSON.stringify(name)}${where}; GET /api/v1/whatsapp/templates lists all there are.`;
  return new AppError(404, 'template-not-found', message);
}

/** @throws AppError 409 for a template that no listing ever told the id of */
function idOf({ metaTemplateId }: WhatsAppTemplate): string {
  if (metaTemplateId !== null) return metaTemplateId;
  throw new AppError(
    409,
    'template-not-synced',
    'Fetch the templates with POST /api/v1/whatsapp/templates/sync first.',
  );
}

function toCloudApi(template: WhatsAppTemplate): CloudApiTemplate {
  return {
    id: idOf(template),
    name: template.templateName,
    language: template.language,
    status: template.status,
    category: template.category,
    parameter_format: template.parameterFormat,
    components: template.components as CloudApiTemplate['components'],
    ...(template.rejectedReason !== null && { rejected_reason: template.rejectedReason }),
  };
}
