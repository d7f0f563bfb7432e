import { createHash } from 'node:crypto';

import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { AppError, queryRows, type Removal, SecretBox, type SqlRunner } from '#common';

const REMOVED_AT_ONCE = 1_000;

/** A request that may come twice. */
export interface KeyedRequest {
  tenantId: string;
  /** `Idempotency-Key`; undefined: the caller promises nothing. */
  key: string | undefined;
  /** `POST /api/v1/whatsapp/messages` */
  route: string;
  body: unknown;
  /** The answer may show a secret: it is stored encrypted. */
  isSecret?: boolean;
}

export interface Answer {
  status: number;
  body: object;
}

/** Stores the answer, for who may ask again; for the transaction that does what the request asks for, so that deed and memory are durable together. */
export type Remember = (tx: EntityManager, answer: Answer) => Promise<void>;

interface Lock {
  tenantId: string;
  key: string;
  lockedUntil: Date;
  isSecret: boolean;
}

interface KeyRow {
  request_hash: string;
  response_status: number | null;
  response_body: string;
}

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** Makes two requests with one `Idempotency-Key` one. */
@Injectable()
export class IdempotencyService {
  private readonly logger = new Logger(IdempotencyService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /**
   * Runs `work` once per key; a repetition gets the first answer again. What `work` throws is not remembered: the caller
   * corrects the request and uses the key again.
   * @throws AppError 400 for a key that is none, 409 while the first request runs, 422 for the same key with another body.
   */
  async once(
    request: KeyedRequest,
    work: (remember: Remember | undefined) => Promise<Answer>,
  ): Promise<Answer & { replayed: boolean }> {
    const { tenantId, key, isSecret = false } = request;
    if (key === undefined) return { ...(await work(undefined)), replayed: false };
    if (!KEY.test(key)) {
      throw new AppError(
        400,
        'idempotency-key-invalid',
        'Idempotency-Key must be 1 to 255 printable ASCII characters.',
      );
    }
    const requestHash = hashOf(request);
    const lockedUntil = await this.lock(tenantId, key, requestHash);
    if (!lockedUntil) return { ...(await this.recall({ tenantId, key, isSecret }, requestHash)), replayed: true };

    const lock = { tenantId, key, lockedUntil, isSecret };
    try {
      let stored: Answer | undefined;
      const answer = await work(async (tx, early) => {
        await this.store(tx, lock, early);
        stored = early;
      });
      // Another answer in the end (after `Prefer: wait`) takes the place of the one that was stored with the deed.
      if (answer !== stored) await this.store(this.dataSource, lock, answer);
      return { ...answer, replayed: false };
    } catch (cause) {
      // A transaction that failed has taken it back already, and hears nothing more.
      await this.unlock(lock).catch((failure: unknown) => this.logger.debug({ message: 'Not unlocked', err: failure }));
      throw cause;
    }
  }

  /** Removes one batch of what is older than 24 hours. */
  async removeExpired(): Promise<Removal> {
    const rows = await queryRows(
      this.dataSource,
      `DELETE FROM idempotency_keys WHERE (tenant_id, idempotency_key) IN (
         SELECT tenant_id, idempotency_key FROM idempotency_keys WHERE expires_at <= now()
         ORDER BY expires_at LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED)
       RETURNING 1`,
    );
    return { removed: rows.length, more: rows.length === REMOVED_AT_ONCE };
  }

  /** What was answered of somebody; the keys go on working, so that nobody is written to twice. Null tenant: any. */
  async forgetMentions(tx: EntityManager, tenantId: string | null, mentions: string[]): Promise<number> {
    const rows = await queryRows(
      tx,
      `UPDATE idempotency_keys
       SET response_body = jsonb_build_object('id', substring(response_body from '"id":"([0-9a-f-]{36})"'), 'content', NULL)::text
       WHERE ($1::uuid IS NULL OR tenant_id = $1)
         AND EXISTS (SELECT FROM unnest($2::text[]) AS one WHERE position(one IN response_body) > 0)
       RETURNING 1`,
      [tenantId, mentions],
    );
    return rows.length;
  }

  /**
   * Ten seconds are more than a request needs up to its commit, and bound how long one that died with its process holds
   * its key. Should one need longer and lose its key, its commit is refused.
   */
  private async lock(tenantId: string, key: string, requestHash: string): Promise<Date | undefined> {
    const [row] = await queryRows<{ locked_until: Date }>(
      this.dataSource,
      `INSERT INTO idempotency_keys AS k (tenant_id, idempotency_key, request_hash, locked_until, expires_at)
       VALUES ($1, $2, $3, date_trunc('milliseconds', now()) + interval '10 seconds', now() + interval '24 hours')
       ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
       SET request_hash = excluded.request_hash, locked_until = excluded.locked_until,
           expires_at = excluded.expires_at, created_at = now(), response_status = NULL, response_body = NULL
       WHERE k.expires_at <= now() OR (k.response_status IS NULL AND k.locked_until <= now())
       RETURNING locked_until`,
      [tenantId, key, requestHash],
    );
    return row?.locked_until;
  }

  private async recall({ tenantId, key, isSecret }: Omit<Lock, 'lockedUntil'>, requestHash: string): Promise<Answer> {
    const [row] = await queryRows<KeyRow>(
      this.dataSource,
      `SELECT request_hash, response_status, response_body FROM idempotency_keys
       WHERE tenant_id = $1 AND idempotency_key = $2`,
      [tenantId, key],
    );
    if (row && row.request_hash !== requestHash) {
      throw new AppError(
        422,
        'idempotency-key-reused',
        'This Idempotency-Key was used for another request; use a new key for each request.',
      );
    }
    if (!row || row.response_status === null) {
      throw new AppError(
        409,
        'idempotency-key-in-use',
        'The first request with this Idempotency-Key is still running.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    const text = isSecret ? this.box.open(row.response_body, placeOf({ tenantId, key })) : row.response_body;
    return { status: row.response_status, body: JSON.parse(text) as object };
  }

  /** @throws AppError 409 when the key was given to another request meanwhile: the transaction must not commit. */
  private async store(runner: SqlRunner, lock: Lock, { status, body }: Answer): Promise<void> {
    const { tenantId, key, lockedUntil, isSecret } = lock;
    const text = JSON.stringify(body);
    const rows = await queryRows(
      runner,
      `UPDATE idempotency_keys SET response_status = $4, response_body = $5
       WHERE tenant_id = $1 AND idempotency_key = $2 AND locked_until = $3 RETURNING tenant_id`,
      [tenantId, key, lockedUntil, status, isSecret ? this.box.seal(text, placeOf(lock)) : text],
    );
    if (rows.length > 0) return;
    throw new AppError(409, 'idempotency-key-in-use', 'Another request took over this Idempotency-Key.', {
      retryAfterSeconds: 1,
    });
  }

  private async unlock({ tenantId, key, lockedUntil }: Lock): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM idempotency_keys
       WHERE tenant_id = $1 AND idempotency_key = $2 AND locked_until = $3 AND response_status IS NULL`,
      [tenantId, key, lockedUntil],
    );
  }
}

/** What a secret answer is sealed for. */
function placeOf({ tenantId, key }: Pick<Lock, 'tenantId' | 'key'>): string {
  return `idempotency_keys.response_body/${tenantId}/${key}`;
}

function hashOf({ route, body }: KeyedRequest): string {
  return createHash('sha256')
    .update(route)
    .update('\n')
    .update(JSON.stringify(body) ?? '')
    .digest('hex');
}
