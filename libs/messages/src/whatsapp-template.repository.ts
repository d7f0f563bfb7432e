import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, LessThan } from 'typeorm';

import { queryRows, storableJson } from '#common';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';

/** A template as Meta lists it. */
export type ListedTemplate = Pick<
  WhatsAppTemplate,
  | 'id'
  | 'templateName'
  | 'templateKey'
  | 'category'
  | 'language'
  | 'status'
  | 'bodyText'
  | 'parameterCount'
  | 'parameterFormat'
  | 'components'
  | 'metaTemplateId'
  | 'rejectedReason'
>;

/** What Meta said of one template; the columns that are left out stay. */
export interface TemplateChange {
  name: string;
  language: string;
  status?: string;
  rejectedReason?: string | null;
  disabledFrom?: Date | null;
  qualityScore?: string;
  category?: string;
  previousCategory?: string;
  bodyText?: string;
  parameterCount?: number;
}

/** The same, of which account and when it was said. */
export interface ToldTemplate extends TemplateChange {
  businessAccountId: string;
  toldAt: Date;
}

type ToldStatus = Pick<WhatsAppTemplate, 'status' | 'rejectedReason'>;

/** How far our clock may be from Meta's, and a webhook's whole seconds from the moment it speaks of. */
const SKEW_S = 60;
/** A listing that was asked for this soon after a change may not show it yet. */
const SETTLING_S = 5;

@Injectable()
export class WhatsAppTemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Every language of one name, as far as Meta still lists it. */
  async findByName(businessAccountId: string, templateName: string): Promise<WhatsAppTemplate[]> {
    return this.dataSource.manager.find(WhatsAppTemplate, {
      where: { businessAccountId, templateName, isActive: true },
      order: { language: 'ASC' },
    });
  }

  async list(businessAccountId: string): Promise<WhatsAppTemplate[]> {
    return this.dataSource.manager.find(WhatsAppTemplate, {
      where: { businessAccountId },
      order: { templateName: 'ASC', language: 'ASC' },
    });
  }

  /**
   * Makes our copy equal to what Meta lists; what it no longer lists stays, inactive. A status that a webhook told after
   * `askedAt`, when the listing was asked for, stays as well.
   */
  async replaceAll(
    businessAccountId: string,
    listed: ListedTemplate[],
    syncedAt: Date,
    askedAt = syncedAt,
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const newer = await this.lockTold(tx, businessAccountId, askedAt);
      if (listed.length > 0) {
        await tx
          .createQueryBuilder()
          .insert()
          .into(WhatsAppTemplate)
          .values(
            listed.map((template) => ({
              ...template,
              ...newer.get(`${template.templateName}/${template.language}`),
              businessAccountId,
              syncedAt,
              isActive: true,
            })),
          )
          .orUpdate(REFRESHED, ['business_account_id', 'template_name', 'language'])
          .updateEntity(false)
          .execute();
      }
      await tx.update(WhatsAppTemplate, { businessAccountId, syncedAt: LessThan(syncedAt) }, { isActive: false });
    });
  }

  /**
   * Writes what webhooks told into the caller's transaction, and answers for each of `told` whether it is in force: not
   * where we have no such template, nor where Meta's list was read later.
   */
  async applyTold(tx: EntityManager, told: ToldTemplate[]): Promise<boolean[]> {
    if (told.length === 0) return [];
    const rows = await queryRows<{ index: number }>(tx, APPLY_TOLD, [
      storableJson(told.map((one, index) => ({ ...one, index, setsStatus: one.status !== undefined }))),
    ]);
    const inForce = new Set(rows.map(({ index }) => index));
    return told.map((_, index) => inForce.has(index));
  }

  /** Locks the account's templates; answers, by name and language, what webhooks told of them since `askedAt`. */
  private async lockTold(
    tx: EntityManager,
    businessAccountId: string,
    askedAt: Date,
  ): Promise<Map<string, ToldStatus>> {
    const rows = await queryRows<ToldStatus & { key: string; isNewer: boolean }>(
      tx,
      `SELECT template_name || '/' || language AS key, status, rejected_reason AS "rejectedReason",
              coalesce(status_told_at > $2::timestamptz - ${SETTLING_S} * interval '1 second', false) AS "isNewer"
       FROM whatsapp_templates WHERE business_account_id = $1 ORDER BY id FOR NO KEY UPDATE`,
      [businessAccountId, askedAt],
    );
    const newer = rows.filter(({ isNewer }) => isNewer);
    return new Map(newer.map(({ key, status, rejectedReason }) => [key, { status, rejectedReason }]));
  }
}

/** $1: a JSON list, at most one of each template and kind of change. Locks in the order of ids. */
const APPLY_TOLD = `
WITH told AS MATERIALIZED (
  SELECT t.id, r.* FROM jsonb_to_recordset($1::jsonb) AS r (
    index int, "businessAccountId" text, name text, language text, "toldAt" timestamptz, "setsStatus" boolean,
    status text, "rejectedReason" text, "disabledFrom" timestamptz, "qualityScore" text, category text,
    "previousCategory" text, "bodyText" text, "parameterCount" int)
  JOIN whatsapp_templates t
    ON t.business_account_id = r."businessAccountId" AND t.template_name = r.name AND t.language = r.language
  WHERE r."qualityScore" IS NOT NULL OR r."toldAt" > t.synced_at - ${SKEW_S} * interval '1 second'
  ORDER BY t.id FOR NO KEY UPDATE OF t),
news AS (
  SELECT id, bool_or("setsStatus") AS "setsStatus", max("toldAt") FILTER (WHERE "setsStatus") AS "toldAt",
         max(status) AS status, max("rejectedReason") AS "rejectedReason", max("disabledFrom") AS "disabledFrom",
         max("qualityScore") AS "qualityScore", max(category) AS category, max("previousCategory") AS "previousCategory",
         max("bodyText") AS "bodyText", max("parameterCount") AS "parameterCount"
  FROM told GROUP BY id),
written AS (
  UPDATE whatsapp_templates t
  SET status = coalesce(n.status, t.status),
      rejected_reason = CASE WHEN n."setsStatus" THEN n."rejectedReason" ELSE t.rejected_reason END,
      disabled_from = CASE WHEN n."setsStatus" THEN n."disabledFrom" ELSE t.disabled_from END,
      status_told_at = coalesce(n."toldAt", t.status_told_at),
      quality_score = coalesce(n."qualityScore", t.quality_score),
      category = coalesce(n.category, t.category),
      previous_category = coalesce(n."previousCategory", t.previous_category),
      body_text = coalesce(n."bodyText", t.body_text),
      parameter_count = coalesce(n."parameterCount", t.parameter_count),
      updated_at = now()
  FROM news n WHERE t.id = n.id)
SELECT index FROM told`;

/** Everything but our id, our key, our count and the time of the first sync. */
const REFRESHED = [
  'category',
  'status',
  'body_text',
  'parameter_count',
  'parameter_format',
  'components',
  'meta_template_id',
  'rejected_reason',
  'is_active',
  'synced_at',
  'updated_at',
];
