import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { AppError, isUuid, PLATFORM_TENANT_ID, ValidationError } from '#common';
import { TemplateListView, type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import { type Caller, type Sender, SenderDirectory, tenantAskedFor } from '#tenants';
import {
  type Read,
  readNewTemplate,
  readTemplateChanges,
  templateNotFound,
  TemplateSubmissionsService,
} from '#whatsapp';

import { type Answer, IdempotencyService } from '../idempotency/idempotency.service.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { type ListTemplatesDto, toTemplateFilter } from './dto/list-templates.dto.ts';
import { type TemplatePageResponse, type TemplateResponse, toTemplateResponse } from './dto/template.response.ts';
import type { SearchLibraryDto } from './dto/template-actions.dto.ts';
import type { TemplateSetupResponse } from './dto/template-setup.response.ts';
import { HeaderExamplesService } from './header-examples.service.ts';
import { NotificationTemplateService } from './setup/notification-template.service.ts';

/** What the routes under `/templates` do for a caller. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly submissions: TemplateSubmissionsService,
    private readonly examples: HeaderExamplesService,
    private readonly notification: NotificationTemplateService,
    private readonly templates: WhatsAppTemplateRepository,
    private readonly listed: TemplateListView,
    private readonly senders: SenderDirectory,
    private readonly idempotency: IdempotencyService,
  ) {}

  async list(caller: Caller, dto: ListTemplatesDto): Promise<TemplatePageResponse> {
    const { businessAccountId } = this.senderOf(caller, dto.tenant_id);
    const { limit, cursor } = dto;
    const found = await this.listed.list(businessAccountId, toTemplateFilter(dto), limit + 1, readCursor(cursor));
    return toPage(found, limit, toTemplateResponse);
  }

  /**
   * Every language of a name, as far as Meta has it.
   * @throws AppError 404 `template-not-found`
   */
  async get(caller: Caller, name: string, tenantId?: string): Promise<TemplateResponse[]> {
    const languages = await this.submissions.known(this.senderOf(caller, tenantId), name);
    if (languages.length === 0) throw templateNotFound(name);
    return languages.map(toTemplateResponse);
  }

  /** 201 with the template as Meta took it. */
  async create(caller: Caller, body: unknown, key: string | undefined): Promise<Answer & { replayed: boolean }> {
    const { tenant_id: named, ...template } = assertObject(body);
    if (named !== undefined && !isUuid(named)) {
      throw new ValidationError([{ field: 'tenant_id', message: 'must be the UUID of a tenant' }]);
    }
    const tenantId = this.tenantIdOf(caller, named);
    const sender = this.changedBy(caller, named);
    const keyed = { tenantId: tenantId ?? PLATFORM_TENANT_ID, key, route: 'POST /api/v1/whatsapp/templates', body };
    return this.idempotency.once(keyed, async () => {
      const read = assertRead(readNewTemplate(template));
      await this.examples.resolve(sender, tenantId, read.components);
      return { status: 201, body: toTemplateResponse(await this.submissions.create(sender, read)) };
    });
  }

  async edit(
    caller: Caller,
    { name, language, tenantId: named }: { name: string; language: string; tenantId: string | undefined },
    body: unknown,
  ): Promise<TemplateResponse> {
    const given = assertObject(body);
    const tenantId = this.tenantIdOf(caller, named);
    const sender = this.changedBy(caller, named);
    const present = await this.submissions.find(sender, name, language);
    const changes = assertRead(readTemplateChanges(given, present));
    await this.examples.resolve(sender, tenantId, changes.components);
    return toTemplateResponse(await this.submissions.edit(sender, present, changes));
  }

  async delete(caller: Caller, name: string, language?: string, tenantId?: string): Promise<void> {
    await this.submissions.delete(this.changedBy(caller, tenantId), name, language);
  }

  async unpause(caller: Caller, name: string, language: string, tenantId?: string): Promise<TemplateResponse> {
    return toTemplateResponse(await this.submissions.unpause(this.changedBy(caller, tenantId), name, language));
  }

  /** Fetches all of them from Meta; answers how many it has. */
  async sync(caller: Caller, tenantId?: string): Promise<{ templates: number }> {
    const sender = this.senderOf(caller, tenantId);
    await this.submissions.sync(sender);
    const all = await this.templates.list(sender.businessAccountId);
    return { templates: all.filter(({ isActive }: WhatsAppTemplate) => isActive).length };
  }

  /** Sees to the template of purchase-order notifications. */
  async setUp(caller: Caller, tenantId?: string): Promise<TemplateSetupResponse> {
    const { state, isNew, template, advice } = await this.notification.setUp(this.changedBy(caller, tenantId));
    return { state, is_new: isNew, template: template ? toTemplateResponse(template) : null, advice };
  }

  async searchLibrary(caller: Caller, { tenant_id: tenantId, cursor, ...filter }: SearchLibraryDto) {
    const asked = { ...filter, ...(cursor !== undefined && { after: cursor }) };
    const { templates, after } = await this.submissions.library(this.senderOf(caller, tenantId), asked);
    return { data: templates, paging: { next_cursor: after ?? null } };
  }

  async uploadExample(caller: Caller, request: Request, tenantId?: string): Promise<string> {
    return this.examples.upload(this.senderOf(caller, tenantId), request);
  }

  /** @throws AppError 403 where a tenant would change the templates that all tenants without an account of their own send */
  private changedBy(caller: Caller, named: string | undefined): Sender {
    const sender = this.senderOf(caller, named);
    if (caller.tenantId === null || sender !== this.senders.forTenant(null)) return sender;
    throw new AppError(
      403,
      'platform-key-required',
      "This tenant sends from the platform's account, whose templates it shares with others: a platform key changes them.",
    );
  }

  private senderOf(caller: Caller, named: string | undefined): Sender {
    return this.senders.forTenant(this.tenantIdOf(caller, named));
  }

  /** Null: the platform's own account. */
  private tenantIdOf(caller: Caller, named: string | undefined): string | null {
    return tenantAskedFor(caller, named) ?? null;
  }
}

function assertObject(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }]);
}

function assertRead<T>(read: Read<T>): T {
  if (read.value === undefined) throw new ValidationError(read.errors);
  return read.value;
}
