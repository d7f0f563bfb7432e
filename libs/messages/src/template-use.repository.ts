import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

/** A number of ours and the WhatsApp Business Account whose templates it sends. */
export interface NumberOfAccount {
  phoneNumberId: string;
  businessAccountId: string;
}

@Injectable()
export class TemplateUseRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Adds up to `limit` rows of uses of these numbers to their templates' `sent_count`, and removes them. Answers how many
   * there were.
   */
  async sumUp(numbers: NumberOfAccount[], limit: number): Promise<number> {
    const [row] = await queryRows<{ uses: number }>(this.dataSource, SUM_UP, [
      numbers.map(({ phoneNumberId }) => phoneNumberId),
      numbers.map(({ businessAccountId }) => businessAccountId),
      limit,
    ]);
    return row!.uses;
  }
}

/** $1, $2: numbers and their accounts, side by side; $3: how many rows. Templates are locked as whoever else writes several. */
const SUM_UP = `
WITH used AS (
  DELETE FROM template_uses WHERE id IN (
    SELECT id FROM template_uses
    -- A number that was added a moment ago may not be known here yet; one that nobody knows was removed.
    WHERE phone_number_id = ANY ($1) OR last_at < now() - interval '1 day'
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING phone_number_id, template_name, template_language, sent, last_at),
of_account AS (
  SELECT phone_number_id, business_account_id FROM unnest($1::text[], $2::text[]) AS n (phone_number_id, business_account_id)),
sum AS MATERIALIZED (
  SELECT t.id, u.sent, u.last_at
  FROM whatsapp_templates t JOIN (
    SELECT a.business_account_id, u.template_name, u.template_language, sum(u.sent)::int AS sent, max(u.last_at) AS last_at
    FROM used u JOIN of_account a USING (phone_number_id) GROUP BY 1, 2, 3) u
    ON t.business_account_id = u.business_account_id AND t.template_name = u.template_name
       AND t.language = u.template_language
  ORDER BY t.id FOR NO KEY UPDATE OF t),
counted AS (
  UPDATE whatsapp_templates t
  SET sent_count = t.sent_count + sum.sent, last_used_at = greatest(t.last_used_at, sum.last_at)
  FROM sum WHERE t.id = sum.id)
SELECT count(*)::int AS uses FROM used`;
