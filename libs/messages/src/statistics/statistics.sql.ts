/** Each a column of the counts. */
export const COUNTERS = [
  'accepted',
  'received',
  'pending',
  'sent',
  'delivered',
  'read',
  'failed',
  'cancelled',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Whose messages are counted together. */
export const GROUP = 'tenant_id, phone_number_id, template_name, template_language';

/** One cell of the counts, in the order of its key. */
export const CELL = 'scope, period, tenant_id, template_name, start, phone_number_id, template_language';

/** In the place of a tenant that a wider group does not tell apart; for a name it is nothing. */
const ANY_TENANT = `'00000000-0000-0000-0000-000000000000'::uuid`;

/** The quarter of an hour, which every time zone's days and hours are made of. */
export const QUARTER_OF = (at: string) => `date_bin('15 minutes', ${at}, '2000-01-01Z')`;

/** Every bucket of a latency is a tenth wider than the one before; the first ends at one millisecond. */
export const BUCKET_GROWTH = 1.1;

/**
 * What each message counts as, one row a label. The trigger of the counts says the same in its own words, so that
 * comparing the two proves something.
 */
export const LABELS_OF_MESSAGES = `
SELECT created_at AS at, tenant_id, phone_number_id, coalesce(template_name, '') AS template_name,
       coalesce(template_language, '') AS template_language, label, 1 AS n
FROM whatsapp_messages CROSS JOIN LATERAL (
  SELECT unnest(ARRAY[
    CASE status WHEN 'PENDING' THEN 'pending' WHEN 'FAILED' THEN 'failed' WHEN 'CANCELLED' THEN 'cancelled' END,
    CASE WHEN status = 'FAILED' THEN 'failed:' || replace(coalesce(error_code, 'unknown'), E'\\n', ' ') END,
    'priced:' || pricing::text])
  UNION ALL SELECT 'received' WHERE direction = 'inbound'
  UNION ALL SELECT unnest(ARRAY[
    'accepted',
    CASE WHEN sent_at IS NOT NULL OR status IN ('SENT', 'DELIVERED', 'READ') THEN 'sent' END,
    CASE WHEN delivered_at IS NOT NULL OR status IN ('DELIVERED', 'READ') THEN 'delivered' END,
    CASE WHEN read_at IS NOT NULL OR status = 'READ' THEN 'read' END,
    CASE WHEN attempts > 0 THEN 'accepted_to_sent:' || ${bucketOf('greatest(created_at, send_at)', 'sent_at')} END,
    'sent_to_delivered:' || ${bucketOf('sent_at', 'delivered_at')},
    'delivered_to_read:' || ${bucketOf('delivered_at', 'read_at')}]) WHERE direction = 'outbound') AS l (label)
WHERE label IS NOT NULL`;

/** The same of changes that are not summed up yet. */
export function labelsOfChanges(changes: string): string {
  return `
SELECT start AS at, ${GROUP}, label, n FROM ${changes} CROSS JOIN LATERAL (
  SELECT * FROM (VALUES ${COUNTERS.map((name) => `('${name}', ${name})`).join(', ')}) AS counter (label, n) WHERE n <> 0
  UNION ALL SELECT label, 1 FROM string_to_table(added, E'\\n') AS label
  UNION ALL SELECT label, -1 FROM string_to_table(removed, E'\\n') AS label) AS l`;
}

/** Labels (`at`, group, `label`, `n`) summed up by cell: of their own group and the wider ones, per quarter of an hour and day. */
export function cellsOf(labels: string): string {
  return `
SELECT (ARRAY['own', 'tenant', 'template', 'platform'])[1 + grouping(tenant_id, template_name)] AS scope, period, start,
       coalesce(tenant_id, ${ANY_TENANT}) AS tenant_id, coalesce(phone_number_id, '') AS phone_number_id,
       coalesce(template_name, '') AS template_name, coalesce(template_language, '') AS template_language, label, sum(n)::bigint AS n
FROM (
  SELECT ${QUARTER_OF('at')} AS quarter, ${GROUP}, label, sum(n) AS n FROM (${labels}) AS labels GROUP BY 1, 2, 3, 4, 5, 6) AS q
CROSS JOIN LATERAL (VALUES ('quarter', quarter), ('day', date_trunc('day', quarter, 'UTC'))) AS p (period, start)
GROUP BY GROUPING SETS (
  (period, start, label, ${GROUP}), (period, start, label, tenant_id),
  (period, start, label, template_name, template_language), (period, start, label))
HAVING sum(n) <> 0`;
}

/** Adds labels to the counts; cells in the order of their key, as whoever else adds to them. */
export function addToCounts(labels: string): string {
  const counters = COUNTERS.join(', ');
  return `
INSERT INTO statistics_counts AS c (${CELL}, ${counters}, tallies)
SELECT ${CELL},
       ${COUNTERS.map((name) => `coalesce(sum(n) FILTER (WHERE label = '${name}'), 0)`).join(', ')},
       coalesce(jsonb_object_agg(label, n) FILTER (WHERE label LIKE '%:%'), '{}')
FROM (${cellsOf(labels)}) AS cells
GROUP BY ${CELL}
ORDER BY ${CELL}
ON CONFLICT ON CONSTRAINT statistics_counts_cell DO UPDATE
SET ${COUNTERS.map((name) => `${name} = c.${name} + excluded.${name}`).join(', ')},
    tallies = CASE WHEN excluded.tallies = '{}' THEN c.tallies ELSE (
      SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
        SELECT key, sum(value::bigint) AS n FROM (
          SELECT * FROM jsonb_each_text(c.tallies) UNION ALL SELECT * FROM jsonb_each_text(excluded.tallies)) AS both_of
        GROUP BY key HAVING sum(value::bigint) <> 0) AS tally) END`;
}

function bucketOf(since: string, until: string): string {
  const width = `extract(epoch FROM ${until} - ${since})::float8 * 1000`;
  return `CASE WHEN ${until} <= ${since} THEN 0
    WHEN ${until} > ${since} THEN ceil(ln(greatest(${width}, 1)) / ln(${BUCKET_GROWTH}::float8))::integer END`;
}
