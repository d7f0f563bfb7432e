/** How far our clock may be from Meta's, and a webhook's whole seconds from the moment it speaks of. */
const SKEW = `interval '60 seconds'`;
/** A listing that was asked for this soon after a change may not show it yet. */
const SETTLING = `interval '5 seconds'`;
/** In these a template is as good as gone: no new message of it leaves. */
const GONE = `('DELETED', 'PENDING_DELETION')`;

/** $1: account. In the order of ids, as whoever else writes several templates. */
export const LOCK_ACCOUNT = `
SELECT FROM whatsapp_templates WHERE business_account_id = $1 ORDER BY id FOR NO KEY UPDATE`;

/** It was told of this very template since the listing was asked for; a name may have been taken by a new one since. */
const toldSince = (toldAt: string): string => `
  (coalesce(t.${toldAt} > $4::timestamptz - ${SETTLING}, false)
    AND coalesce(t.meta_template_id = excluded.meta_template_id, true))`;
const STATUS_TOLD = toldSince('status_told_at');
const CATEGORY_TOLD = toldSince('category_told_at');
const SCORE_KEPT = `(${toldSince('quality_told_at')} OR excluded.quality_score IS NULL)`;
const STATUS = `CASE WHEN ${STATUS_TOLD} THEN t.status ELSE excluded.status END`;
/** A list that says nothing of a change to come does not call it off; the change itself does. */
const TO_COME = `nullif(coalesce(excluded.correct_category, t.correct_category), excluded.category)`;

/** A new language of a template has the key that its other languages have. */
const KEY = `
  coalesce((
    SELECT min(template_key) FROM whatsapp_templates o
    WHERE o.business_account_id = $1::varchar AND o.template_name = r."templateName"
    HAVING count(DISTINCT template_key) = 1), "templateKey")`;

/** $1: account; $2: a JSON list; $3: synced at; $4: asked at. Our id, key and count stay. */
export const STORE_LISTED = `
INSERT INTO whatsapp_templates AS t (
  id, business_account_id, template_name, template_key, language, category, status, body_text, parameter_count,
  parameter_format, components, meta_template_id, rejected_reason, quality_score, quality_scored_at, previous_category,
  correct_category, sub_category, message_send_ttl_seconds, library_template_name, is_active, synced_at)
SELECT id, $1::varchar, "templateName", ${KEY}, language, category, status, "bodyText", "parameterCount",
  "parameterFormat", components, "metaTemplateId", "rejectedReason", "qualityScore", "qualityScoredAt", "previousCategory",
  nullif("correctCategory", category), "subCategory", "messageSendTtlSeconds", "libraryTemplateName",
  status NOT IN ${GONE}, $3::timestamptz
FROM jsonb_to_recordset($2::jsonb) AS r (
  id uuid, "templateName" text, "templateKey" text, language text, category text, status text, "bodyText" text,
  "parameterCount" int, "parameterFormat" text, components jsonb, "metaTemplateId" text, "rejectedReason" text,
  "qualityScore" text, "qualityScoredAt" timestamptz, "previousCategory" text, "correctCategory" text, "subCategory" text,
  "messageSendTtlSeconds" int, "libraryTemplateName" text)
ORDER BY "templateName", language
ON CONFLICT (business_account_id, template_name, language) DO UPDATE SET
  status = ${STATUS},
  is_active = ${STATUS} NOT IN ${GONE},
  rejected_reason = CASE WHEN ${STATUS_TOLD} THEN t.rejected_reason ELSE excluded.rejected_reason END,
  status_details = CASE WHEN t.status = ${STATUS} THEN t.status_details END,
  disabled_from = CASE WHEN t.status = ${STATUS} THEN t.disabled_from END,
  category = CASE WHEN ${CATEGORY_TOLD} THEN t.category ELSE excluded.category END,
  previous_category = CASE WHEN ${CATEGORY_TOLD} THEN t.previous_category
    ELSE coalesce(excluded.previous_category, t.previous_category) END,
  correct_category = CASE WHEN ${CATEGORY_TOLD} THEN t.correct_category ELSE ${TO_COME} END,
  category_changes_at = CASE WHEN ${CATEGORY_TOLD} OR t.correct_category = ${TO_COME} THEN t.category_changes_at END,
  quality_score = CASE WHEN ${SCORE_KEPT} THEN t.quality_score ELSE excluded.quality_score END,
  quality_scored_at = CASE WHEN ${SCORE_KEPT} THEN t.quality_scored_at ELSE excluded.quality_scored_at END,
  body_text = excluded.body_text,
  parameter_count = excluded.parameter_count,
  parameter_format = excluded.parameter_format,
  components = excluded.components,
  meta_template_id = excluded.meta_template_id,
  sub_category = excluded.sub_category,
  message_send_ttl_seconds = excluded.message_send_ttl_seconds,
  library_template_name = excluded.library_template_name,
  synced_at = excluded.synced_at,
  updated_at = now()
WHERE t.synced_at <= $4::timestamptz`;

/** $1: account; $2: names and languages that are listed; $3: asked at. What came into being since then is not gone. */
export const RETIRE_UNLISTED = `
UPDATE whatsapp_templates t SET is_active = false, updated_at = now()
WHERE business_account_id = $1 AND is_active AND synced_at <= $3::timestamptz
  AND coalesce(status_told_at <= $3::timestamptz - ${SETTLING}, true)
  AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset($2::jsonb) AS r (name text, language text)
    WHERE r.name = t.template_name AND r.language = t.language)`;

/** The text that was told for one of the components; null where none was. */
const RETOLD = `
  CASE upper(part->>'type')
    WHEN 'BODY' THEN n."bodyText"
    WHEN 'FOOTER' THEN n."footerText"
    WHEN 'HEADER' THEN CASE WHEN part ? 'text' THEN n."headerText" END
  END`;
/** A change to come that was told after the last one that is done. */
const IS_TO_COME = `coalesce(n."toComeAt" > coalesce(n."categoryToldAt", t.category_told_at, '-infinity'), false)`;

/** $1: a JSON list, at most one of each template and kind of change. Locks in the order of ids. */
export const APPLY_TOLD = `
WITH told AS MATERIALIZED (
  SELECT t.id, r.*
  FROM jsonb_to_recordset($1::jsonb) AS r (
    index int, "businessAccountId" text, name text, language text, "toldAt" timestamptz, status text, "statusDetails" text,
    "rejectedReason" text, "disabledFrom" timestamptz, "qualityScore" text, category text, "previousCategory" text,
    "correctCategory" text, "categoryChangesAt" timestamptz, "bodyText" text, "parameterCount" int, "headerText" text,
    "footerText" text)
  JOIN whatsapp_templates t
    ON t.business_account_id = r."businessAccountId" AND t.template_name = r.name AND t.language = r.language
  WHERE r."toldAt" > t.synced_at - ${SKEW} AND t.is_active
  ORDER BY t.id FOR NO KEY UPDATE OF t),
news AS (
  SELECT id,
         max("toldAt") FILTER (WHERE status IS NOT NULL) AS "statusToldAt",
         max("toldAt") FILTER (WHERE "qualityScore" IS NOT NULL) AS "qualityToldAt",
         max("toldAt") FILTER (WHERE category IS NOT NULL) AS "categoryToldAt",
         max("toldAt") FILTER (WHERE "correctCategory" IS NOT NULL) AS "toComeAt",
         max(status) AS status, max("statusDetails") AS "statusDetails", max("rejectedReason") AS "rejectedReason",
         max("disabledFrom") AS "disabledFrom", max("qualityScore") AS "qualityScore", max(category) AS category,
         max("previousCategory") AS "previousCategory", max("correctCategory") AS "correctCategory",
         max("categoryChangesAt") AS "categoryChangesAt", max("bodyText") AS "bodyText",
         max("parameterCount") AS "parameterCount", max("headerText") AS "headerText", max("footerText") AS "footerText"
  FROM told GROUP BY id),
written AS (
  UPDATE whatsapp_templates t
  SET status = coalesce(n.status, t.status),
      is_active = coalesce(n.status NOT IN ${GONE}, true),
      status_told_at = coalesce(n."statusToldAt", t.status_told_at),
      status_details = CASE WHEN n.status IS NULL THEN t.status_details ELSE n."statusDetails" END,
      rejected_reason = CASE WHEN n.status IS NULL THEN t.rejected_reason ELSE n."rejectedReason" END,
      disabled_from = CASE WHEN n.status IS NULL THEN t.disabled_from ELSE n."disabledFrom" END,
      quality_score = coalesce(n."qualityScore", t.quality_score),
      quality_scored_at = coalesce(n."qualityToldAt", t.quality_scored_at),
      quality_told_at = coalesce(n."qualityToldAt", t.quality_told_at),
      category = coalesce(n.category, t.category),
      category_told_at = coalesce(n."categoryToldAt", t.category_told_at),
      previous_category = coalesce(n."previousCategory", t.previous_category),
      correct_category = CASE WHEN ${IS_TO_COME} THEN nullif(n."correctCategory", coalesce(n.category, t.category))
        WHEN n.category IS NULL THEN t.correct_category END,
      category_changes_at = CASE WHEN ${IS_TO_COME} THEN n."categoryChangesAt"
        WHEN n.category IS NULL THEN t.category_changes_at END,
      body_text = coalesce(n."bodyText", t.body_text),
      parameter_count = coalesce(n."parameterCount", t.parameter_count),
      components = coalesce((
        SELECT jsonb_agg(CASE WHEN ${RETOLD} IS NULL THEN part
                              ELSE part || jsonb_build_object('text', ${RETOLD}) END ORDER BY place)
        FROM jsonb_array_elements(t.components) WITH ORDINALITY AS c (part, place)
        WHERE n."bodyText" IS NOT NULL), t.components),
      updated_at = now()
  FROM news n WHERE t.id = n.id)
SELECT index FROM told`;
