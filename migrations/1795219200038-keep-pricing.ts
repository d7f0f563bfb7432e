import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What Meta says of a message's price, beside the message, so that it can be counted. Until now it was only a detail of
 * the timeline; whose country it is was not kept there.
 */
export class KeepPricing1795219200038 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE whatsapp_messages ADD COLUMN pricing jsonb');
    await db.query(`
      UPDATE whatsapp_messages m SET pricing = jsonb_strip_nulls(jsonb_build_object(
        'category', told.pricing ->> 'category', 'type', told.pricing ->> 'type',
        'model', told.pricing ->> 'pricing_model', 'billable', told.pricing -> 'billable'))
      FROM (
        SELECT DISTINCT ON (message_id) message_id, details -> 'pricing' AS pricing FROM message_events
        WHERE type IN ('delivered', 'read', 'played') AND jsonb_typeof(details -> 'pricing') = 'object'
        ORDER BY message_id, type, occurred_at) AS told
      WHERE m.id = told.message_id`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE whatsapp_messages DROP COLUMN pricing');
  }
}
