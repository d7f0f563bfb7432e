import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who signs in to the web page, and where they are signed in. */
export class CreatePeopleAndSessions1795219200034 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE people (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        email varchar NOT NULL,
        name varchar NOT NULL,
        role varchar NOT NULL,
        password_hash varchar NOT NULL,
        password_is_temporary boolean NOT NULL,
        identity varchar,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        last_sign_in_at timestamptz,
        last_sign_in_address varchar,
        CONSTRAINT people_tenant_of_role CHECK ((role = 'platform-admin') = (tenant_id IS NULL))
      )`);
    await db.query('CREATE UNIQUE INDEX people_email ON people (email)');
    await db.query('CREATE UNIQUE INDEX people_identity ON people (identity)');
    await db.query('CREATE INDEX people_tenant ON people (tenant_id, id)');
    await db.query(`
      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        token_hash varchar NOT NULL,
        method varchar NOT NULL,
        address varchar NOT NULL,
        user_agent varchar,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
    await db.query('CREATE UNIQUE INDEX sessions_token ON sessions (token_hash)');
    await db.query('CREATE INDEX sessions_person ON sessions (person_id, id)');
    await db.query('CREATE INDEX sessions_expiry ON sessions (expires_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE sessions, people');
  }
}
