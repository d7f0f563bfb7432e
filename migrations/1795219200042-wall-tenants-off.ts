import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Row-level security: a connection that says so at its start shows the rows of the tenant its transaction names, and none as
 * long as it names none; other connections, such as those of operators, show everybody's. A table that comes later says
 * `SELECT palomar_wall('its_name')`.
 */
export class WallTenantsOff1795219200042 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // IMMUTABLE, because it is the same as long as the connection lives: the planner then knows the answer, and a
    // connection that sees everybody's rows has the plans it had without a wall.
    await db.query(`
      CREATE FUNCTION palomar_sees_all() RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN coalesce(current_setting('palomar.tenants', true), '') <> 'one'`);
    await db.query(`
      CREATE FUNCTION palomar_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
      RETURN nullif(current_setting('palomar.tenant_id', true), '')::uuid`);
    await db.query(`
      CREATE FUNCTION palomar_wall(walled regclass, own text DEFAULT 'tenant_id = (SELECT palomar_tenant())')
      RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', walled);
        EXECUTE format('CREATE POLICY tenant_wall ON %s USING (palomar_sees_all() OR (%s))', walled, own);
      END $$`);

    await db.query(`
      SELECT palomar_wall(t.oid) FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
      WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND a.attname = 'tenant_id'`);
    for (const table of ['message_events', 'message_fallbacks'])
      await db.query(`
        SELECT palomar_wall('${table}', 'EXISTS (SELECT FROM whatsapp_messages m WHERE m.id = message_id)')`);
    await db.query(`SELECT palomar_wall('tenants', 'id = (SELECT palomar_tenant())')`);
    // Of every tenant and none: whole deliveries, secrets.
    for (const table of [
      'webhook_deliveries',
      'webhook_set_aside_items',
      'account_events',
      'po_dead_letters',
      'meta_apps',
    ])
      await db.query(`SELECT palomar_wall('${table}', 'false')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$
      DECLARE walled regclass;
      BEGIN
        FOR walled IN SELECT polrelid FROM pg_policy WHERE polname = 'tenant_wall' LOOP
          EXECUTE format('DROP POLICY tenant_wall ON %s', walled);
          EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', walled);
        END LOOP;
      END $$`);
    await db.query('DROP FUNCTION palomar_wall, palomar_tenant, palomar_sees_all');
  }
}
