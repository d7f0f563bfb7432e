import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';

import { assertPlatform, type Caller, CurrentCaller, RequireScope, TenantRepository } from '#tenants';

import { Audited, type AuditedCall } from '../audit/audited.decorator.ts';
import { Idempotent } from '../idempotency/idempotent.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { ChangeTenantDto, CreateTenantDto, ListTenantsDto, TenantResponse, toTenantResponse } from './tenant.dto.ts';
import { TenantsService } from './tenants.service.ts';

const showTenant = (routes: TenantsController, { caller, params }: AuditedCall) => routes.get(caller, params.id!);

/** Tenants that have a name or settings of their own; others need no registration. For the platform's admins. */
@ApiTags('tenants')
@ApiBearerAuth()
@ApiForbiddenResponse({ description: '`platform-key-required`: it belongs to a tenant.' })
@RequireScope('admin')
@Controller('api/v1/tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly repository: TenantRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List tenants', description: 'Newest first.' })
  @ApiPageResponse(TenantResponse)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor, state }: ListTenantsDto) {
    assertPlatform(caller);
    const filter = state && { suspended: state === 'suspended' };
    const found = await this.repository.list(filter ?? {}, limit + 1, readCursor(cursor));
    return toPage(found, limit, toTenantResponse, ({ listId }) => listId);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a tenant' })
  @ApiOkResponse({ type: TenantResponse })
  @ApiNotFoundResponse()
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TenantResponse> {
    assertPlatform(caller);
    return toTenantResponse(await this.tenants.find(id));
  }

  @Post()
  @ApiOperation({ summary: 'Register a tenant', description: 'A tenant that sent already keeps its id.' })
  @Audited('tenant.created')
  @Idempotent()
  @ApiCreatedResponse({ type: TenantResponse })
  @ApiConflictResponse({ description: '`tenant-exists`.' })
  async create(@CurrentCaller() caller: Caller, @Body() dto: CreateTenantDto): Promise<TenantResponse> {
    assertPlatform(caller);
    return toTenantResponse(await this.tenants.create(dto));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a tenant' })
  @Audited<TenantsController>('tenant.changed', { show: showTenant })
  @ApiOkResponse({ type: TenantResponse })
  @ApiNotFoundResponse()
  async change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() dto: ChangeTenantDto,
  ): Promise<TenantResponse> {
    assertPlatform(caller);
    return toTenantResponse(await this.tenants.change(id, dto));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Remove a tenant', description: 'Its numbers go too, and its keys are revoked.' })
  @Audited<TenantsController>('tenant.removed', { show: showTenant })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: '`tenant-has-messages`: suspend it instead.' })
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    assertPlatform(caller);
    await this.tenants.remove(id);
  }
}
