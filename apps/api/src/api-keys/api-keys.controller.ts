import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';

import { AppError, Clock, isUuid, NotFoundError, ValidationError } from '#common';
import {
  type ApiKey,
  ApiKeyRepository,
  ApiKeyService,
  assertPlatform,
  type Caller,
  CurrentCaller,
  RequireScope,
  tenantAskedFor,
  tenantOf,
} from '#tenants';

import { Audited, type AuditedCall } from '../audit/audited.decorator.ts';
import { Idempotent } from '../idempotency/idempotent.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import {
  ApiKeyResponse,
  ChangeApiKeyDto,
  CreateApiKeyDto,
  ListApiKeysDto,
  NewApiKeyResponse,
  RotateApiKeyDto,
  toApiKeyResponse,
} from './api-key.dto.ts';

/** Keys of internal services. A key with the scope `admin` manages those of its tenant, a platform key all. */
@ApiTags('api-keys')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly service: ApiKeyService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List API keys', description: 'Newest first.' })
  @ApiPageResponse(ApiKeyResponse)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor, ended, tenant_id: named }: ListApiKeysDto) {
    const tenantId = tenantAskedFor(caller, named);
    const now = this.clock.now();
    const filter = { ...(tenantId && { tenantId }), ...(!ended && { activeAt: now }) };
    const found = await this.keys.list(filter, limit + 1, readCursor(cursor));
    return toPage(found, limit, (key) => toApiKeyResponse(key, now));
  }

  @Post()
  @Audited('api-key.created')
  @Idempotent()
  @ApiOperation({
    summary: 'Make an API key',
    description:
      'The answer shows the key, this once: only its hash is kept, and with an `Idempotency-Key` the answer, encrypted, for 24 hours.',
  })
  @ApiCreatedResponse({ type: NewApiKeyResponse })
  async create(@CurrentCaller() caller: Caller, @Body() dto: CreateApiKeyDto): Promise<NewApiKeyResponse> {
    const expiresAt = dto.expires_at ? new Date(dto.expires_at) : null;
    if (expiresAt && expiresAt <= this.clock.now()) {
      throw new ValidationError([{ field: 'expires_at', message: 'must be a time to come' }]);
    }
    if (dto.requests_per_minute !== undefined) assertPlatform(caller);
    const { id, key } = await this.keys.create({
      name: dto.name.trim(),
      tenantId: ownerOf(caller, dto.tenant_id),
      scopes: dto.scopes,
      expiresAt,
      requestsPerMinute: dto.requests_per_minute ?? null,
    });
    return this.show(await this.find(caller, id), key);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change an API key',
    description: 'Limits the key anew; other replicas know it a second later.',
  })
  @Audited<ApiKeysController>('api-key.changed', { show: (keys, call) => keys.showOne(call) })
  @ApiOkResponse({ type: ApiKeyResponse })
  async change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { requests_per_minute: requestsPerMinute }: ChangeApiKeyDto,
  ): Promise<ApiKeyResponse> {
    assertPlatform(caller);
    const key = await this.find(caller, id);
    if (requestsPerMinute !== undefined) {
      await this.keys.limit(key.id, requestsPerMinute);
      this.service.forget();
    }
    return toApiKeyResponse(await this.find(caller, id), this.clock.now());
  }

  @Post(':id/rotate')
  @Audited<ApiKeysController>('api-key.rotated', { show: (keys, call) => keys.showOne(call) })
  @Idempotent()
  @ApiOperation({
    summary: 'Replace an API key',
    description: 'Makes a key in the place of another, which goes on working for a while.',
  })
  @ApiCreatedResponse({ type: NewApiKeyResponse })
  @ApiConflictResponse({ description: '`api-key-ended`: a revoked or expired key has nothing to be replaced.' })
  async rotate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { overlap_seconds: seconds }: RotateApiKeyDto,
  ): Promise<NewApiKeyResponse> {
    const old = await this.find(caller, id);
    const now = this.clock.now();
    const made = await this.keys.rotate(old.id, now, new Date(now.getTime() + seconds * 1_000));
    if (!made) {
      throw new AppError(
        409,
        'api-key-ended',
        'This key is revoked or expired; make a new one with POST /api/v1/api-keys.',
      );
    }
    this.service.forget();
    return this.show(await this.find(caller, made.id), made.key);
  }

  @Delete(':id')
  @Audited<ApiKeysController>('api-key.revoked', { show: (keys, call) => keys.showOne(call) })
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'It is refused from now on; by other replicas within a second.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  async revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.keys.revoke((await this.find(caller, id)).id);
    this.service.forget();
  }

  private async showOne({ caller, params }: AuditedCall): Promise<ApiKeyResponse> {
    return toApiKeyResponse(await this.find(caller, params.id!), this.clock.now());
  }

  private show(apiKey: ApiKey, key: string): NewApiKeyResponse {
    return { ...toApiKeyResponse(apiKey, this.clock.now()), key };
  }

  /** Another tenant's key, and a platform key for a tenant, is not found, as one that does not exist. */
  private async find({ tenantId }: Caller, id: string): Promise<ApiKey> {
    const key = isUuid(id) ? await this.keys.findById(id) : null;
    if (!key || (tenantId !== null && key.tenantId !== tenantId)) throw new NotFoundError('API key', id);
    return key;
  }
}

/** Only a platform key makes platform keys, and it says so: nobody makes one by leaving something out. */
function ownerOf(caller: Caller, named: string | null | undefined): string | null {
  if (caller.tenantId !== null) return tenantOf(caller, named);
  if (named !== undefined) return named?.toLowerCase() ?? null;
  const message = 'is required with a platform key: the tenant to act for, or null for a platform key';
  throw new ValidationError([{ field: 'tenant_id', message }], 'tenant-required');
}
