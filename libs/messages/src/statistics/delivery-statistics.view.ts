import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

import type { MessagePricing } from '../entities/whatsapp-message.entity.ts';
import { type CountSpans, type Span, splitSpan } from './count-spans.ts';
import { type Counter, COUNTERS, GROUP, LABELS_OF_MESSAGES, labelsOfChanges, QUARTER_OF } from './statistics.sql.ts';

/** Whose messages; undefined: of every tenant, of every template and of none. */
export interface StatisticsFilter {
  tenantId?: string | undefined;
  templateName?: string | undefined;
}

export type Counts = Record<Counter, number>;

/** Messages of one language of a template. */
export interface TemplateCounts extends Counts {
  templateName: string;
  templateLanguage: string;
  /** Null: the registry does not have the template any more. */
  category: string | null;
}

export interface FailureCount {
  errorCode: string;
  count: number;
}

export interface PricedCount {
  phoneNumberId: string;
  pricing: MessagePricing;
  count: number;
}

export interface ConversationCount {
  type: string | null;
  count: number;
}

/**
 * Messages by the time they were accepted, and what became of them until now. Each question is one statement over the
 * counts, the changes not yet summed up in them and, at the ends of the span, the messages: one moment, and exact.
 */
@Injectable()
export class DeliveryStatisticsView {
  constructor(private readonly dataSource: DataSource) {}

  /** `tallies` has the latencies, by `<latency>:<bucket>`. */
  async totals(filter: StatisticsFilter, span: Span): Promise<Counts & { tallies: Record<string, number> }> {
    const { sql, values } = counted(filter, splitSpan(span, true), narrowest(filter));
    const [row] = await queryRows<Row & { tallies: Record<string, number> }>(
      this.dataSource,
      `WITH counted AS (${sql})
       SELECT ${SUMS}, (SELECT coalesce(jsonb_object_agg(label, n), '{}') FROM (${tally('latency')}) AS t) AS tallies
       FROM counted`,
      values,
    );
    return { ...toCounts(row!), tallies: row!.tallies };
  }

  /** Counts between each border and the next; the last border is the end. */
  async series(filter: StatisticsFilter, borders: Date[]): Promise<Counts[]> {
    const span = { from: borders[0]!, to: borders.at(-1)! };
    const { sql, values } = counted(filter, splitSpan(span, borders.every(isMidnight)), narrowest(filter));
    const rows = await queryRows<Row & { place: number }>(
      this.dataSource,
      `SELECT width_bucket(at, $${values.length + 1}::timestamptz[]) AS place, ${SUMS} FROM (${sql}) AS counted GROUP BY 1`,
      [...values, borders],
    );
    const found = new Map(rows.map((row) => [row.place, toCounts(row)]));
    return borders.slice(1).map((_, index) => found.get(index + 1) ?? NOTHING);
  }

  /** Most used first. */
  async templates(filter: StatisticsFilter, span: Span): Promise<TemplateCounts[]> {
    const scope = filter.tenantId === undefined ? 'template' : 'own';
    const { sql, values } = counted(filter, splitSpan(span, true), scope);
    const rows = await queryRows<Row & TemplateCounts>(
      this.dataSource,
      `SELECT template_name AS "templateName", template_language AS "templateLanguage", ${SUMS},
         (SELECT min(category) FROM whatsapp_templates t
          WHERE t.template_name = counted.template_name AND t.language = counted.template_language) AS category
       FROM (${sql}) AS counted
       WHERE template_name <> '' GROUP BY template_name, template_language HAVING sum(accepted) > 0 ORDER BY sum(accepted) DESC, 1, 2`,
      values,
    );
    return rows.map((row) => ({
      templateName: row.templateName,
      templateLanguage: row.templateLanguage,
      category: row.category,
      ...toCounts(row),
    }));
  }

  /** Most frequent first. */
  async failures(filter: StatisticsFilter, span: Span): Promise<FailureCount[]> {
    const { sql, values } = counted(filter, splitSpan(span, true), narrowest(filter));
    const rows = await queryRows<{ label: string; n: string }>(
      this.dataSource,
      `WITH counted AS (${sql}) ${tally('failed')} ORDER BY n DESC, label`,
      values,
    );
    return rows.map(({ label, n }) => ({ errorCode: label.slice('failed:'.length), count: Number(n) }));
  }

  /** What Meta said of the price of delivered messages, by the number that sent them. */
  async priced({ tenantId }: StatisticsFilter, span: Span): Promise<PricedCount[]> {
    const { sql, values } = counted({ tenantId }, splitSpan(span, true), 'own');
    const rows = await queryRows<{ number: string; label: string; n: string }>(
      this.dataSource,
      `WITH counted AS (${sql}) ${tally('priced', 'phone_number_id')} ORDER BY 1, n DESC, label`,
      values,
    );
    return rows.map(({ number, label, n }) => ({
      phoneNumberId: number,
      pricing: JSON.parse(label.slice('priced:'.length)) as MessagePricing,
      count: Number(n),
    }));
  }

  /** Conversations of the model that charged them, by their origin. Reads timelines: no more than a month at a time. */
  async conversations({ tenantId }: StatisticsFilter, { from, to }: Span): Promise<ConversationCount[]> {
    return queryRows<ConversationCount>(
      this.dataSource,
      `SELECT e.details #>> '{conversation,origin,type}' AS type,
              count(DISTINCT e.details #>> '{conversation,id}')::int AS count
       FROM whatsapp_messages m JOIN message_events e ON e.message_id = m.id
       WHERE m.created_at >= $2 AND m.created_at < $3 AND ($1::uuid IS NULL OR m.tenant_id = $1)
         AND m.pricing ->> 'model' = 'CBP' AND e.details #>> '{conversation,id}' IS NOT NULL
       GROUP BY 1 ORDER BY 2 DESC, 1`,
      [tenantId ?? null, from, to],
    );
  }
}

type Row = Record<Counter, string>;
type Scope = 'own' | 'tenant' | 'template' | 'platform';

/** The widest cells that tell apart what is asked for. */
function narrowest({ tenantId, templateName }: StatisticsFilter): Scope {
  if (tenantId === undefined) return templateName === undefined ? 'platform' : 'template';
  return templateName === undefined ? 'tenant' : 'own';
}

/**
 * Rows of counts within the spans: `at`, group, counters, and labels with how often in `tallies`. Where a span is empty,
 * nothing is read for it.
 */
function counted(filter: StatisticsFilter, spans: CountSpans, scope: Scope): { sql: string; values: unknown[] } {
  const values: unknown[] = [filter.tenantId ?? null, filter.templateName ?? null];
  const between = (column: string, { from, to }: Span) =>
    `${column} >= $${values.push(from)} AND ${column} < $${values.push(to)}`;
  const cells = (period: 'day' | 'quarter') => (span: Span) => `
    SELECT start AS at, ${GROUP}, ${COUNTERS.join(', ')}, tallies FROM statistics_counts
    WHERE scope = '${scope}' AND period = '${period}' AND ${OF_CELL[scope]} AND ${between('start', span)}`;
  const whole = [...spans.days, ...spans.quarters];
  const changes = whole.map((span) => `(${between('start', span)})`).join(' OR ');
  const parts = [
    ...spans.days.map(cells('day')),
    ...spans.quarters.map(cells('quarter')),
    ...(whole.length > 0
      ? [spread(`SELECT * FROM (${labelsOfChanges('statistics_changes')} WHERE ${changes}) AS c`, scope)]
      : []),
    ...spans.messages.map((span) =>
      spread(`SELECT * FROM (${LABELS_OF_MESSAGES} AND ${between('created_at', span)}) AS m`, scope),
    ),
  ];
  return { sql: parts.join('\nUNION ALL'), values };
}

const OF_TENANT = 'tenant_id = $1::uuid';
const OF_TEMPLATE = 'template_name = $2::text';
const ANY_OR = (condition: string, parameter: string) => `(${parameter} IS NULL OR ${condition})`;
const OF_FILTER = `${ANY_OR(OF_TENANT, '$1::uuid')} AND ${ANY_OR(OF_TEMPLATE, '$2::text')}`;

const NO_TENANT = `tenant_id = '00000000-0000-0000-0000-000000000000'`;

/** Written so that the key of the counts finds them. */
const OF_CELL: Record<Scope, string> = {
  own: OF_FILTER,
  tenant: `${OF_FILTER} AND template_name = ''`,
  template: `${NO_TENANT} AND ${OF_FILTER}`,
  platform: `${NO_TENANT} AND template_name = '' AND ${OF_FILTER}`,
};

/** What the cells of a scope tell apart. */
const TOLD_APART: Record<Scope, string[]> = {
  own: GROUP.split(', '),
  tenant: ['tenant_id'],
  template: ['template_name', 'template_language'],
  platform: [],
};

/** Labels as rows of counts: no border of a series lies within a quarter of an hour, so its first moment stands for it. */
function spread(labels: string, scope: Scope): string {
  const group = TOLD_APART[scope];
  const columns = GROUP.split(', ').map((name) => (group.includes(name) ? name : `NULL AS ${name}`));
  const counters = COUNTERS.map((name) => `CASE label WHEN '${name}' THEN n ELSE 0 END AS ${name}`);
  return `
    SELECT at, ${columns.join(', ')}, ${counters.join(', ')},
           CASE WHEN label LIKE '%:%' THEN jsonb_build_object(label, n) ELSE '{}' END AS tallies
    FROM (
      SELECT min(at) AS at, ${[...group, 'label'].join(', ')}, sum(n)::bigint AS n FROM (${labels}) AS l WHERE ${OF_FILTER}
      GROUP BY ${[QUARTER_OF('at'), ...group, 'label'].join(', ')}) AS summed`;
}

const PATTERNS = { latency: '%\\_to\\_%:%', failed: 'failed:%', priced: 'priced:%' };

/** How often each label stands in `counted`, by `group` besides. */
function tally(kind: keyof typeof PATTERNS, group?: string): string {
  return `
    SELECT ${group ? `${group} AS number, ` : ''}key AS label, sum(value::bigint)::bigint AS n
    FROM counted CROSS JOIN LATERAL jsonb_each_text(tallies) WHERE key LIKE '${PATTERNS[kind]}'
    GROUP BY ${group ? `${group}, ` : ''}key HAVING sum(value::bigint) <> 0`;
}

const SUMS = COUNTERS.map((name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`).join(', ');

function toCounts(row: Row): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, Number(row[name])])) as Counts;
}

const NOTHING = toCounts(Object.fromEntries(COUNTERS.map((name) => [name, '0'])) as Row);

function isMidnight(at: Date): boolean {
  return at.getTime() % 86_400_000 === 0;
}
