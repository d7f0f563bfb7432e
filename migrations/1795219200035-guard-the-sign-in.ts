import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts to sign in that failed, shared by all replicas, and sign-ins on their way through an identity provider. */
export class GuardTheSignIn1795219200035 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE sign_in_locks (
        aspect varchar PRIMARY KEY,
        failures integer NOT NULL,
        attempted_at timestamptz NOT NULL,
        locked_until timestamptz NOT NULL
      )`);
    await db.query('CREATE INDEX sign_in_locks_age ON sign_in_locks (attempted_at)');
    await db.query(`
      CREATE TABLE provider_sign_ins (
        state_hash varchar PRIMARY KEY,
        nonce varchar NOT NULL,
        code_verifier varchar NOT NULL,
        return_to varchar NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
    await db.query('CREATE INDEX provider_sign_ins_expiry ON provider_sign_ins (expires_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE provider_sign_ins, sign_in_locks');
  }
}
