import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that are stored together wait together: one row to lock and to remove for all of them, not one each. */
export class QueueDeliveriesInGroups1795219200043 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE webhook_queue RENAME delivery_id TO id');
    await db.query('ALTER TABLE webhook_queue ADD COLUMN delivery_ids uuid[]');
    await db.query('UPDATE webhook_queue SET delivery_ids = ARRAY[id]');
    await db.query('ALTER TABLE webhook_queue ALTER COLUMN delivery_ids SET NOT NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      INSERT INTO webhook_queue (id, delivery_ids, attempts, next_attempt_at, last_error)
      SELECT delivery_id, ARRAY[delivery_id], attempts, next_attempt_at, last_error
      FROM webhook_queue CROSS JOIN unnest(delivery_ids) AS delivery_id
      ON CONFLICT DO NOTHING`);
    await db.query(`
      UPDATE webhook_queue q SET bytes = octet_length(d.body) FROM webhook_deliveries d WHERE d.id = q.id`);
    await db.query('ALTER TABLE webhook_queue DROP COLUMN delivery_ids');
    await db.query('ALTER TABLE webhook_queue RENAME id TO delivery_id');
  }
}
