import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { NotFoundError } from '#common';
import type { KeyOwner } from '#messages';
import { type Caller, CurrentCaller, RequireScope, SenderDirectory, tenantAskedFor } from '#tenants';
import { TemplateKeysService } from '#whatsapp';

import { Audited } from '../audit/audited.decorator.ts';
import {
  DeleteTemplateKeyDto,
  PutTemplateKeyDto,
  TemplateKeyListResponse,
  TemplateKeyResponse,
  TemplateKeyScopeDto,
  toTemplateKeyResponse,
} from './dto/template-key.dto.ts';

/** Stable names of templates for callers: what a key means, for a tenant or for the whole account. */
@ApiTags('templates')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/template-keys')
export class TemplateKeysController {
  constructor(
    private readonly keys: TemplateKeysService,
    private readonly senders: SenderDirectory,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List template keys',
    description: "What somebody chose, the tenant's own first; a template that nobody gave a key has its name for one.",
  })
  @RequireScope('templates:read')
  @ApiOkResponse({ type: TemplateKeyListResponse })
  async list(@CurrentCaller() caller: Caller, @Query() query: TemplateKeyScopeDto): Promise<TemplateKeyListResponse> {
    return { data: (await this.keys.list(this.ownerOf(caller, query))).map(toTemplateKeyResponse) };
  }

  @Get(':key')
  @ApiOperation({
    summary: 'Look at a template key',
    description: 'Where the key leads, language by language; of several the first one counts.',
  })
  @RequireScope('templates:read')
  @ApiOkResponse({ type: TemplateKeyListResponse })
  async get(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query() query: TemplateKeyScopeDto,
  ): Promise<TemplateKeyListResponse> {
    const targets = await this.keys.find(this.ownerOf(caller, query), key);
    if (targets.length === 0) throw new NotFoundError('template key', key);
    return { data: targets.map(toTemplateKeyResponse) };
  }

  @Put(':key')
  @Audited<TemplateKeysController>('template-key.chosen', {
    named: 'key',
    show: (keys, { caller, params, body }) => keys.showTargets(caller, params.key!, body),
  })
  @ApiOperation({
    summary: 'Point a template key at a template',
    description: 'Points the key at a template; other replicas send by it a second later.',
  })
  @RequireScope('templates:write')
  @ApiOkResponse({ type: TemplateKeyResponse })
  async put(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Body() { template, language = null, ...scope }: PutTemplateKeyDto,
  ): Promise<TemplateKeyResponse> {
    const owner = this.ownerOf(caller, scope);
    await this.keys.choose(owner, { key, language, templateName: template });
    return { key, template, language, tenant_id: owner.tenantId };
  }

  @Delete(':key')
  @Audited<TemplateKeysController>('template-key.removed', {
    named: 'key',
    show: (keys, { caller, params, query }) => keys.showTargets(caller, params.key!, query),
  })
  @ApiOperation({
    summary: 'Remove a template key',
    description: 'Takes the choice back: the key means what it meant before for the account, or nothing.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequireScope('templates:write')
  @ApiNoContentResponse()
  async remove(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query() { language = null, ...scope }: DeleteTemplateKeyDto,
  ): Promise<void> {
    const wasChosen = await this.keys.unchoose(this.ownerOf(caller, scope), key, language);
    if (!wasChosen) throw new NotFoundError('template key', key);
  }

  private async showTargets(caller: Caller, key: string, scope: unknown): Promise<object> {
    const owner = this.ownerOf(caller, scope ?? {});
    return { tenant_id: owner.tenantId, targets: (await this.keys.find(owner, key)).map(toTemplateKeyResponse) };
  }

  /** A tenant's key chooses for its tenant; a platform key for the tenant it names, or for everybody. */
  private ownerOf(caller: Caller, { tenant_id: named }: TemplateKeyScopeDto): KeyOwner {
    const tenantId = tenantAskedFor(caller, named) ?? null;
    return { tenantId, businessAccountId: this.senders.forTenant(tenantId).businessAccountId };
  }
}
