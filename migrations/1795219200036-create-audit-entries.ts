import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was changed and given out, by whom. Entries are only ever added: the database refuses everything else, and each
 * entry's hash covers the one before it, so that what somebody with more rights did to them shows (`npm run audit:verify`).
 */
export class CreateAuditEntries1795219200036 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE audit_entries (
        id uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        tenant_id uuid,
        actor_kind varchar NOT NULL,
        actor_id uuid,
        actor_name varchar NOT NULL,
        action varchar NOT NULL,
        object_kind varchar NOT NULL,
        object_id varchar,
        before jsonb,
        after jsonb,
        outcome varchar NOT NULL,
        code varchar,
        request_id varchar,
        address varchar,
        user_agent varchar,
        hash varchar NOT NULL
      )`);
    await db.query('CREATE UNIQUE INDEX audit_entries_sequence ON audit_entries (sequence)');
    await db.query('CREATE INDEX audit_entries_tenant ON audit_entries (tenant_id, id)');
    await db.query('CREATE INDEX audit_entries_object ON audit_entries (object_id, id)');

    // One writer at a time, from here to its commit: who comes next must see the hash of who was last.
    await db.query(`
      CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
      DECLARE
        last record;
        tenants text := current_setting('palomar.tenants', true);
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('audit_entries'));
        -- Whoever adds an entry may not see the one before it, which can be another tenant's.
        PERFORM set_config('palomar.tenants', 'all', true);
        SELECT sequence, hash INTO last FROM audit_entries ORDER BY sequence DESC LIMIT 1;
        PERFORM set_config('palomar.tenants', coalesce(tenants, ''), true);
        NEW.sequence := coalesce(last.sequence, 0) + 1;
        NEW.at := clock_timestamp();
        NEW.hash := encode(sha256(convert_to(coalesce(last.hash, '') || jsonb_build_array(
          NEW.sequence, NEW.id, (extract(epoch FROM NEW.at) * 1000000)::bigint, NEW.tenant_id, NEW.actor_kind, NEW.actor_id,
          NEW.actor_name, NEW.action, NEW.object_kind, NEW.object_id, NEW.before, NEW.after, NEW.outcome, NEW.code,
          NEW.request_id, NEW.address, NEW.user_agent)::text, 'UTF8')), 'hex');
        RETURN NEW;
      END $$`);
    await db.query(`
      CREATE TRIGGER audit_entries_chain BEFORE INSERT ON audit_entries
      FOR EACH ROW EXECUTE FUNCTION chain_audit_entry()`);

    await db.query(`
      CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_entries is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await db.query(`
      CREATE TRIGGER audit_entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
      FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE audit_entries');
    await db.query('DROP FUNCTION keep_audit_entries()');
    await db.query('DROP FUNCTION chain_audit_entry()');
  }
}
