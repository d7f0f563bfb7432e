import { Injectable } from '@nestjs/common';

import { Clock } from '#common';
import { DeliveryStatisticsView, type Span, type StatisticsFilter } from '#messages';
import { type Caller, tenantAskedFor } from '#tenants';
import { explainErrorCode } from '#whatsapp';

import type { SeriesDto, StatisticsDto } from './dto/statistics.dto.ts';
import {
  type FailuresResponse,
  type SeriesResponse,
  type StatisticsResponse,
  type TemplatesResponse,
  toCountsResponse,
  toLatencies,
  toTemplateStatistics,
} from './dto/statistics.response.ts';
import { bordersOf, countedSpan, readSpan } from './statistics-span.ts';

/** What was asked for: whose messages, of which time, and the time as far as it has come. */
interface Asked {
  filter: StatisticsFilter;
  span: Span;
  counted: Span;
}

/** Deliveries in numbers, by the time their messages were accepted. */
@Injectable()
export class StatisticsService {
  constructor(
    private readonly view: DeliveryStatisticsView,
    private readonly clock: Clock,
  ) {}

  async totals(caller: Caller, query: StatisticsDto): Promise<StatisticsResponse> {
    const { filter, span, counted } = this.read(caller, query);
    const { tallies, ...counts } = await this.view.totals(filter, counted);
    return { ...toTimes(span), ...toCountsResponse(counts), latency_ms: toLatencies(tallies) };
  }

  async series(caller: Caller, query: SeriesDto): Promise<SeriesResponse> {
    const { filter, span, counted } = this.read(caller, query);
    const { interval, time_zone } = query;
    const borders = bordersOf(span, interval, time_zone);
    const found = await this.view.series(filter, [...borders.slice(0, -1), counted.to]);
    const data = found.map((counts, index) => ({ start: borders[index]!.toISOString(), ...toCountsResponse(counts) }));
    return { ...toTimes(span), interval, time_zone, data };
  }

  async templates(caller: Caller, query: StatisticsDto): Promise<TemplatesResponse> {
    const { filter, span, counted } = this.read(caller, query);
    const found = await this.view.templates(filter, counted);
    return { ...toTimes(span), data: found.map(toTemplateStatistics) };
  }

  async failures(caller: Caller, query: StatisticsDto): Promise<FailuresResponse> {
    const { filter, span, counted } = this.read(caller, query);
    const found = await this.view.failures(filter, counted);
    const data = found.map(({ errorCode, count }) => ({
      error_code: errorCode,
      count,
      ...explainErrorCode(errorCode),
    }));
    return { ...toTimes(span), data };
  }

  private read(caller: Caller, query: StatisticsDto): Asked {
    const now = this.clock.now();
    const span = readSpan(query, now);
    const filter = { tenantId: tenantAskedFor(caller, query.tenant_id), templateName: query.template_name };
    return { filter, span, counted: countedSpan(span, now) };
  }
}

export function toTimes({ from, to }: Span): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}
