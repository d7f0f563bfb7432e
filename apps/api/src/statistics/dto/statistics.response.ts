import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import { type Counts, LATENCIES, type Latency, type Percentiles, percentilesOf, type TemplateCounts } from '#messages';

const rate = (of: string) => ({ type: Number, nullable: true, description: `${of}; null without any to divide by.` });
const PERCENTILES = { type: 'object', properties: { p50: NUMBER(), p95: NUMBER(), p99: NUMBER() } };

function NUMBER() {
  return { type: ['integer', 'null'], example: 840 };
}

/** How many messages got how far. */
@ApiSchema({ name: 'StatisticsCounts' })
export class CountsResponse {
  @ApiProperty({ description: 'Outbound and inbound messages that were accepted in this time.' })
  total: number;
  @ApiProperty()
  pending: number;
  @ApiProperty({ description: 'Reached at least SENT; `delivered` and `read` likewise.' })
  sent: number;
  @ApiProperty()
  delivered: number;
  @ApiProperty()
  read: number;
  @ApiProperty()
  failed: number;
  @ApiProperty()
  cancelled: number;
  @ApiProperty({ description: 'Inbound.' })
  received: number;
  @ApiProperty(rate('`delivered` of `sent`'))
  delivery_rate: number | null;
  @ApiProperty(rate('`read` of `delivered`'))
  read_rate: number | null;
  @ApiProperty(rate('`failed` of all outbound'))
  failure_rate: number | null;
}

@ApiSchema({ name: 'Statistics' })
export class StatisticsResponse extends CountsResponse {
  @ApiProperty({ format: 'date-time' })
  from: string;
  @ApiProperty({ format: 'date-time' })
  to: string;
  @ApiProperty({
    description: 'Within 5 %. A scheduled message is accepted, here, at its `send_at`.',
    type: 'object',
    properties: Object.fromEntries(LATENCIES.map((latency) => [latency, PERCENTILES])) as never,
    additionalProperties: false,
  })
  latency_ms: Record<Latency, Percentiles>;
}

@ApiSchema({ name: 'StatisticsBucket' })
export class BucketResponse extends CountsResponse {
  @ApiProperty({ format: 'date-time', description: 'The first begins at `from`.' })
  start: string;
}

@ApiSchema({ name: 'StatisticsSeries' })
export class SeriesResponse {
  @ApiProperty({ format: 'date-time' })
  from: string;
  @ApiProperty({ format: 'date-time' })
  to: string;
  @ApiProperty({ enum: ['hour', 'day'] })
  interval: 'hour' | 'day';
  @ApiProperty({ example: 'Europe/Madrid' })
  time_zone: string;
  @ApiProperty({ type: [BucketResponse], description: 'Oldest first, empty ones too.' })
  data: BucketResponse[];
}

@ApiSchema({ name: 'TemplateStatistics' })
export class TemplateStatisticsResponse extends CountsResponse {
  @ApiProperty({ example: 'po_notification' })
  template_name: string;
  @ApiProperty({ example: 'es' })
  language: string;
  @ApiProperty({ type: String, nullable: true, example: 'UTILITY' })
  category: string | null;
}

@ApiSchema({ name: 'TemplateStatisticsList' })
export class TemplatesResponse {
  @ApiProperty({ format: 'date-time' })
  from: string;
  @ApiProperty({ format: 'date-time' })
  to: string;
  @ApiProperty({ type: [TemplateStatisticsResponse], description: 'Most used first.' })
  data: TemplateStatisticsResponse[];
}

@ApiSchema({ name: 'FailureStatistics' })
export class FailureResponse {
  @ApiProperty({ example: '131026' })
  error_code: string;
  @ApiProperty()
  count: number;
  @ApiProperty()
  title: string;
  @ApiProperty({ example: 'USER' })
  class: string;
  @ApiProperty()
  retryable: boolean;
  @ApiProperty({ description: 'What to do, in a sentence.' })
  action: string;
}

@ApiSchema({ name: 'FailureStatisticsList' })
export class FailuresResponse {
  @ApiProperty({ format: 'date-time' })
  from: string;
  @ApiProperty({ format: 'date-time' })
  to: string;
  @ApiProperty({ type: [FailureResponse], description: 'Most frequent first.' })
  data: FailureResponse[];
}

export function toCountsResponse(counts: Counts): CountsResponse {
  const { accepted, received, pending, sent, delivered, read, failed, cancelled } = counts;
  return {
    total: accepted + received,
    ...{ pending, sent, delivered, read, failed, cancelled, received },
    delivery_rate: share(delivered, sent),
    read_rate: share(read, delivered),
    failure_rate: share(failed, accepted),
  };
}

export function toLatencies(tallies: Record<string, number>): Record<Latency, Percentiles> {
  const found = LATENCIES.map((latency) => [latency, percentilesOf(latency, tallies)]);
  return Object.fromEntries(found) as Record<Latency, Percentiles>;
}

export function toTemplateStatistics(counts: TemplateCounts): TemplateStatisticsResponse {
  const { templateName, templateLanguage, category } = counts;
  return { template_name: templateName, language: templateLanguage, category, ...toCountsResponse(counts) };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
