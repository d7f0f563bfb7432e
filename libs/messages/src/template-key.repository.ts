import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';

/** Where a key leads. */
export interface KeyTarget {
  templateKey: string;
  /** Null: whatever language is asked for. */
  language: string | null;
  templateName: string;
  /** Whose choice it is; null: the account's. */
  tenantId: string | null;
}

/** Whose keys: a tenant's, which outweigh those of its account, or, with null, the account's alone. */
export interface KeyOwner {
  tenantId: string | null;
  businessAccountId: string;
}

/** Keys: on the templates for a whole account, and beside them what a tenant means by one. */
@Injectable()
export class TemplateKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Where one key leads; the first target that fits a language is the one that counts. */
  async findTargets({ tenantId, businessAccountId }: KeyOwner, key: string): Promise<KeyTarget[]> {
    return queryRows<KeyTarget>(this.dataSource, `${TARGETS} WHERE "templateKey" = $3 ${BY_WEIGHT}`, [
      tenantId,
      businessAccountId,
      key,
    ]);
  }

  /** Every key that somebody chose, and where it leads. */
  async listChosen({ tenantId, businessAccountId }: KeyOwner): Promise<KeyTarget[]> {
    return queryRows<KeyTarget>(this.dataSource, `${TARGETS} WHERE chosen ${BY_WEIGHT}`, [tenantId, businessAccountId]);
  }

  /** Every key there is, also the names of templates, which are keys by themselves. */
  async listKeys({ tenantId, businessAccountId }: KeyOwner): Promise<string[]> {
    const rows = await queryRows<{ templateKey: string }>(
      this.dataSource,
      `SELECT DISTINCT "templateKey" FROM (${TARGETS}) AS keys`,
      [tenantId, businessAccountId],
    );
    return rows.map(({ templateKey }) => templateKey);
  }

  /** From now on the tenant means this template by the key. */
  async chooseForTenant(tenantId: string, { templateKey, language, templateName }: Omit<KeyTarget, 'tenantId'>) {
    await this.dataSource.query(
      `INSERT INTO template_keys (id, tenant_id, template_key, language, template_name) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant_id, template_key, language)
       DO UPDATE SET template_name = excluded.template_name, updated_at = now()`,
      [newId(), tenantId, templateKey, language, templateName],
    );
  }

  /** From now on the account means this template by the key; whichever had the key has its own name for one again. */
  async chooseForAccount(
    businessAccountId: string,
    { templateKey, language, templateName }: Omit<KeyTarget, 'tenantId'>,
  ): Promise<void> {
    await this.dataSource.query(
      `UPDATE whatsapp_templates t
       SET template_key = CASE WHEN template_name = $3 THEN $2 ELSE template_name END, updated_at = now()
       FROM (SELECT id FROM whatsapp_templates
             WHERE business_account_id = $1 AND ($4::varchar IS NULL OR language = $4)
               AND (template_name = $3 OR template_key = $2)
             ORDER BY id FOR NO KEY UPDATE) AS chosen
       WHERE t.id = chosen.id`,
      [businessAccountId, templateKey, templateName, language],
    );
  }

  /** Takes a choice back, in one language or, with null, in all. Answers whether there was one. */
  async unchoose({ tenantId, businessAccountId }: KeyOwner, key: string, language: string | null): Promise<boolean> {
    const [sql, whose] =
      tenantId === null
        ? [
            `UPDATE whatsapp_templates SET template_key = template_name, updated_at = now()
             WHERE business_account_id = $1 AND template_key <> template_name`,
            businessAccountId,
          ]
        : ['DELETE FROM template_keys WHERE tenant_id = $1', tenantId];
    const rows = await queryRows(
      this.dataSource,
      `WITH gone AS (${sql} AND template_key = $2 AND ($3::varchar IS NULL OR language = $3) RETURNING 1)
       SELECT FROM gone`,
      [whose, key, language],
    );
    return rows.length > 0;
  }
}

/** $1: tenant or null, $2: account. A key that was chosen outweighs a template's own name. */
const TARGETS = `
SELECT "templateKey", language, "templateName", "tenantId" FROM (
  SELECT template_key AS "templateKey", language, template_name AS "templateName", tenant_id AS "tenantId", true AS chosen
  FROM template_keys WHERE tenant_id = $1::uuid
  UNION ALL
  SELECT template_key, language, template_name, NULL, template_key <> template_name
  FROM whatsapp_templates WHERE business_account_id = $2 AND is_active) AS targets`;
const BY_WEIGHT = `ORDER BY "templateKey", "tenantId" IS NULL, NOT chosen, language NULLS LAST`;
