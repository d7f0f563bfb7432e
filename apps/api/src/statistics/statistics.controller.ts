import { Controller, Get, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { SeriesDto, StatisticsDto, UsageDto } from './dto/statistics.dto.ts';
import { FailuresResponse, SeriesResponse, StatisticsResponse, TemplatesResponse } from './dto/statistics.response.ts';
import { UsageResponse } from './dto/usage.response.ts';
import { StatisticsService } from './statistics.service.ts';
import { UsageService } from './usage.service.ts';

/** Deliveries in numbers. A message counts at the time it was accepted, with what became of it until now. */
@ApiTags('statistics')
@ApiBearerAuth()
@ApiUnauthorizedResponse({ description: 'No API key, or one that is not valid.' })
@ApiForbiddenResponse({ description: '`scope-missing`; `tenant-foreign` for another tenant than that of the key.' })
@ApiUnprocessableEntityResponse({ description: '`validation-failed` with every bad field.' })
@RequireScope('statistics:read')
@Controller('api/v1/whatsapp/statistics')
export class StatisticsController {
  constructor(
    private readonly statistics: StatisticsService,
    private readonly usages: UsageService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Count deliveries', description: 'How many messages got how far, and how long it took.' })
  @ApiOkResponse({ type: StatisticsResponse })
  async totals(@CurrentCaller() caller: Caller, @Query() query: StatisticsDto): Promise<StatisticsResponse> {
    return this.statistics.totals(caller, query);
  }

  @Get('series')
  @ApiOperation({
    summary: 'Count deliveries over time',
    description: 'The same per hour or day of a time zone, at most 5,000 of them.',
  })
  @ApiOkResponse({ type: SeriesResponse })
  async series(@CurrentCaller() caller: Caller, @Query() query: SeriesDto): Promise<SeriesResponse> {
    return this.statistics.series(caller, query);
  }

  @Get('templates')
  @ApiOperation({ summary: 'Count deliveries per template', description: 'The same per template and language.' })
  @ApiOkResponse({ type: TemplatesResponse })
  async templates(@CurrentCaller() caller: Caller, @Query() query: StatisticsDto): Promise<TemplatesResponse> {
    return this.statistics.templates(caller, query);
  }

  @Get('failures')
  @ApiOperation({ summary: 'Count failures', description: 'Why messages failed, and what to do about it.' })
  @ApiOkResponse({ type: FailuresResponse })
  async failures(@CurrentCaller() caller: Caller, @Query() query: StatisticsDto): Promise<FailuresResponse> {
    return this.statistics.failures(caller, query);
  }

  @Get('usage')
  @ApiOperation({
    summary: 'Count what Meta charges',
    description: "Delivered messages that Meta charges or not, and what is used of the month's free tier.",
  })
  @ApiOkResponse({ type: UsageResponse })
  async usage(@CurrentCaller() caller: Caller, @Query() query: UsageDto): Promise<UsageResponse> {
    return this.usages.usage(caller, query);
  }
}
