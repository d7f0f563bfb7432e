import { Controller, Get, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { DataSource } from 'typeorm';

import { AuditEntryRepository, type AuditFilter, verifyChain } from '#audit';
import { assertPlatform, type Caller, CurrentCaller, RequireScope, tenantAskedFor } from '#tenants';

import { sendCsv } from '../csv.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import {
  AuditChainResponse,
  AuditEntryResponse,
  AuditFiltersDto,
  ListAuditDto,
  toAuditEntryResponse,
  toAuditFilter,
} from './audit.dto.ts';
import { COLUMNS, toRows } from './audit.export.ts';
import { Audited } from './audited.decorator.ts';

/** Who changed what, who was given what, and who was refused. A tenant's administrator sees what concerns the tenant. */
@ApiTags('audit log')
@ApiBearerAuth()
@RequireScope('admin')
@ApiForbiddenResponse({ description: '`scope-missing`, `tenant-foreign`.' })
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly entries: AuditEntryRepository,
    private readonly dataSource: DataSource,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List audit entries', description: 'Newest first.' })
  @ApiPageResponse(AuditEntryResponse)
  async list(@CurrentCaller() caller: Caller, @Query() query: ListAuditDto) {
    const { limit, cursor } = query;
    const found = await this.entries.list(toFilter(caller, query), limit + 1, readCursor(cursor));
    return toPage(found, limit, toAuditEntryResponse);
  }

  @Get('export')
  @ApiOperation({
    summary: 'Export audit entries',
    description: 'Everything the filters let through, newest first, as a file for spreadsheets.',
  })
  @Audited('audit-log.exported', { outside: true, asked: ({ query }) => query })
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'CSV.', schema: { type: 'string' } })
  async export(
    @CurrentCaller() caller: Caller,
    @Query() query: AuditFiltersDto,
    @Res() response: Response,
  ): Promise<void> {
    const rows = toRows(this.entries.all(toFilter(caller, query)));
    await sendCsv(response, { name: 'audit-log', columns: COLUMNS, rows });
  }

  @Get('chain')
  @ApiOperation({
    summary: 'Verify the audit log',
    description:
      'Whether the log is as it was written, from its first entry to its last; the whole of it is read for that.',
  })
  @ApiOkResponse({ type: AuditChainResponse })
  async verify(@CurrentCaller() caller: Caller): Promise<AuditChainResponse> {
    assertPlatform(caller);
    return verifyChain(this.dataSource);
  }
}

function toFilter(caller: Caller, query: AuditFiltersDto): AuditFilter {
  return toAuditFilter(tenantAskedFor(caller, query.tenant_id), query);
}
