import type { Statement } from '#common';

/**
 * Whether message `m` must wait: something to the same person is on the wire, stands before it (higher priority, or
 * accepted earlier), or waits because Meta throttles the pair. What a person must settle (unconfirmed), what is for
 * later (scheduled), what is too late, and what waits for a stopped template or a suspended tenant lets the others pass.
 * Three questions, each with an index of its own: in one, the first of ten thousand messages would be compared with all
 * of them. They are asked only where anything else to the same person is PENDING, as all that is on the wire or waits is.
 * Each is put so that no other partial index fits it (hence the `coalesce`, and the order of the last): a
 * planner whose statistics know of no waiting message takes any that does for empty, and the claim would walk through
 * the whole queue for each row.
 */
export const BLOCKED = `(EXISTS (
  SELECT FROM whatsapp_messages e
  WHERE e.phone_number_id = m.phone_number_id AND e.contact_key = m.contact_key AND e.pending_reason IS NOT NULL
    AND e.id <> m.id)
AND (
  EXISTS (
    SELECT FROM whatsapp_messages e
    WHERE e.phone_number_id = m.phone_number_id AND e.contact_key = m.contact_key AND e.lease_token IS NOT NULL
      AND e.id <> m.id)
  OR EXISTS (
    SELECT FROM whatsapp_messages e
    WHERE e.phone_number_id = m.phone_number_id AND e.contact_key = m.contact_key AND e.pending_reason = 'throttled'
      AND coalesce(e.next_attempt_at, '-infinity') > statement_timestamp() AND e.id <> m.id)
  OR (
    SELECT e.id FROM whatsapp_messages e
    WHERE e.phone_number_id = m.phone_number_id AND e.contact_key = m.contact_key AND e.pending_reason IS NOT NULL
      AND (e.priority, e.id) < (m.priority, m.id)
      AND e.pending_reason <> 'unconfirmed' AND e.expires_at > statement_timestamp()
      AND coalesce(e.waits_for, 'turn') = 'turn'
      AND NOT (e.pending_reason = 'scheduled' AND e.next_attempt_at > statement_timestamp())
    ORDER BY e.priority, e.id LIMIT 1) IS NOT NULL))`;

/** Probes first; then by priority, and within it a message of each tenant before the second of any. */
const ORDER = 'id = ANY ($7) DESC, priority, turn, (tenant_id > $5) DESC, tenant_id';

/**
 * Whether row `m` is still what was looked at. Said in columns that no partial index is made for: with one, the planner may
 * walk through the whole queue, dead entries and all, to find rows whose ids it has.
 */
const UNCHANGED = `m.status = 'PENDING' AND m.lease_token IS NULL`;

/**
 * $1 phone number id, $2 limit, $3 lease token, $4 lease ms, $5 tenant that had the last turn, $6 `name/language` of stopped
 * templates, $7 ids that go in spite of them, $8 permits that were counted, $9 when, $10 how many to look at beyond the limit, $11 suspended
 * tenants.
 *
 * Times are those of the statement: the transaction may have waited for its turn since it began.
 * `lane` finds the (priority, tenant) pairs that have something in the queue by one index probe each, so that neither a
 * backlog nor the messages of a busy tenant are walked through to find the next one. Parked messages leave the index, so
 * each is met once. Answers a row for each claimed message, and one with a null id for each parked one.
 */
export const CLAIM: Statement = {
  name: 'claim',
  text: `
WITH RECURSIVE lane AS (
  (SELECT q.priority, q.tenant_id FROM whatsapp_messages q
   WHERE q.phone_number_id = $1 AND q.next_attempt_at IS NOT NULL
   ORDER BY q.priority, q.tenant_id LIMIT 1)
  UNION ALL
  SELECT following.priority, following.tenant_id FROM lane CROSS JOIN LATERAL (
    SELECT q.priority, q.tenant_id FROM whatsapp_messages q
    WHERE q.phone_number_id = $1 AND q.next_attempt_at IS NOT NULL
      AND (q.priority, q.tenant_id) > (lane.priority, lane.tenant_id)
    ORDER BY q.priority, q.tenant_id LIMIT 1) following),
candidate AS (
  SELECT due.*, row_number() OVER (PARTITION BY lane.priority, lane.tenant_id ORDER BY due.next_attempt_at, due.id) AS turn
  FROM lane CROSS JOIN LATERAL (
    SELECT q.id, q.tenant_id, q.phone_number_id, q.contact_key, q.priority, q.next_attempt_at,
           CASE WHEN q.tenant_id = ANY ($11::uuid[]) THEN 'tenant'
                WHEN q.template_name || '/' || q.template_language = ANY ($6) AND q.id <> ALL ($7) THEN 'template'
           END AS held_for
    FROM whatsapp_messages q
    WHERE q.phone_number_id = $1 AND q.priority = lane.priority AND q.tenant_id = lane.tenant_id
      AND q.next_attempt_at <= statement_timestamp() AND q.expires_at > statement_timestamp()
    ORDER BY q.next_attempt_at
    -- A lane alone can fill a small claim; in a large one it has twice its share.
    LIMIT least($2 + $10::int, greatest(least($2 + 5, 20), 2 * ($2 + $10::int) / (SELECT count(*) FROM lane)))) due),
looked_at AS MATERIALIZED (
  SELECT * FROM candidate
  ORDER BY ${ORDER} LIMIT $2 + $10::int),
judged AS MATERIALIZED (SELECT m.*, ${BLOCKED} AS blocked FROM looked_at m),
chosen AS (
  SELECT id FROM judged WHERE NOT blocked AND held_for IS NULL
  ORDER BY ${ORDER} LIMIT $2),
parked AS (
  UPDATE whatsapp_messages m
  SET waits_for = coalesce(j.held_for, 'turn'), next_attempt_at = NULL,
      pending_reason = CASE WHEN j.held_for IS NULL THEN m.pending_reason ELSE 'held' END
  FROM judged j WHERE m.id = j.id AND (j.blocked OR j.held_for IS NOT NULL) AND ${UNCHANGED}
  RETURNING m.phone_number_id, m.contact_key),
claimed AS (
  UPDATE whatsapp_messages m
  SET attempts = m.attempts + 1, attempted_at = clock_timestamp(), pending_reason = 'sending', next_attempt_at = NULL,
      lease_token = $3, lease_expires_at = clock_timestamp() + $4 * interval '1 millisecond', witnessed_at = NULL, updated_at = statement_timestamp()
  FROM chosen WHERE m.id = chosen.id AND ${UNCHANGED}
  RETURNING m.id, m.tenant_id, m.phone_number_id, m.recipient_phone, m.recipient_user_id, m.contact_key,
            m.template_name, m.template_language, m.content, m.attempts, m.attempted_at),
spent AS (
  UPDATE sender_paces SET permits = $8::float8 - (SELECT count(*) FROM claimed), counted_at = $9::timestamptz
  WHERE phone_number_id = $1 AND EXISTS (SELECT FROM claimed))
SELECT * FROM claimed
UNION ALL
SELECT NULL, NULL, phone_number_id, NULL, NULL, contact_key, NULL, NULL, NULL, NULL, NULL FROM parked`,
};
