import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { newId, queryRows } from '#common';

import { Media } from './entities/media.entity.ts';
import type { MediaKind } from './media-kind.ts';
import type { SpooledFile } from './storage/media-spool.ts';

/** A file that an inbound message speaks of. */
export interface InboundFile {
  messageId: string;
  kind: MediaKind;
  whatsappMediaId: string;
  mimeType: string;
  /** Hex, as announced. */
  sha256: string | null;
  fileName: string | null;
}

/** A file somebody uploaded, to be sent. */
export interface UploadedFile {
  tenantId: string;
  kind: MediaKind;
  phoneNumberId: string;
  mimeType: string;
  fileName: string | null;
  size: number;
  sha256: string;
}

/** What callers see of the files of a message. */
export type MessageMedia = Pick<Media, 'id' | 'state' | 'mimeType' | 'size'> & { messageId: string };

/** How long a fetch may take before another process takes it for abandoned; longer than the fetch may last. */
export const FETCH_LEASE_MS = 10 * 60_000;

/** What Meta lets its id be used for. */
const INBOUND_LIFE = `interval '7 days'`;

@Injectable()
export class MediaRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Notes files to fetch, inside the transaction that stores their messages; of a message that is not there, nothing. */
  async noteInbound(tx: EntityManager, files: InboundFile[]): Promise<void> {
    const rows = files.map((file) => ({ ...file, id: newId() }));
    await tx.query(
      `INSERT INTO media (id, tenant_id, direction, kind, message_id, phone_number_id, whatsapp_media_id, mime_type,
                          sha256, file_name, state, next_attempt_at, expires_at)
       SELECT f.id, m.tenant_id, 'inbound', f.kind, m.id, m.phone_number_id, f."whatsappMediaId", f."mimeType",
              f.sha256, f."fileName", 'pending', now(), now() + ${INBOUND_LIFE}
       FROM jsonb_to_recordset($1::jsonb) AS f(id uuid, "messageId" uuid, kind varchar, "whatsappMediaId" varchar,
                                               "mimeType" varchar, sha256 varchar, "fileName" varchar)
       JOIN whatsapp_messages m ON m.id = f."messageId"`,
      [JSON.stringify(rows)],
    );
  }

  /** Files that are due, each for one process: until its lease is over nobody else gets it. The longest due first. */
  async claimDue(limit: number): Promise<Media[]> {
    const rows = await queryRows<{ id: string }>(
      this.dataSource,
      `UPDATE media SET attempts = attempts + 1, next_attempt_at = now() + $2 * interval '1 ms'
       WHERE id IN (SELECT id FROM media WHERE state = 'pending' AND next_attempt_at <= now()
                    ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [limit, FETCH_LEASE_MS],
    );
    return rows.length === 0
      ? []
      : this.dataSource.manager
          .createQueryBuilder(Media, 'm')
          .whereInIds(rows.map(({ id }) => id))
          .getMany();
  }

  /**
   * The fetched file is kept: says so, unless another attempt took over. `has` is asked where no clean-up can remove the
   * file in between; false: it is not there after all, or the row was removed, and nothing was written.
   */
  async markStored(
    { id, attempts }: Pick<Media, 'id' | 'attempts'>,
    file: Pick<SpooledFile, 'sha256' | 'size'> & { mimeType: string; reason: string | null },
    has: () => Promise<boolean>,
  ): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      await lockHashes(tx, [file.sha256]);
      if (!(await has())) return false;
      const marked = await queryRows(
        tx,
        `UPDATE media SET state = 'stored', sha256 = $3, size = $4, mime_type = $5, reason = $6, stored_at = now(),
                          next_attempt_at = NULL
         WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING id`,
        [id, attempts, file.sha256, file.size, file.mimeType, file.reason],
      );
      return marked.length > 0 || (await tx.existsBy(Media, { id }));
    });
  }

  /** Tries again after a pause. */
  async postpone({ id, attempts }: Pick<Media, 'id' | 'attempts'>, pauseMs: number, reason: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE media SET reason = $4, next_attempt_at = now() + $3 * interval '1 ms'
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [id, attempts, pauseMs, reason],
    );
  }

  async giveUp(
    { id, attempts }: Pick<Media, 'id' | 'attempts'>,
    state: 'failed' | 'expired',
    reason: string,
  ): Promise<void> {
    await this.dataSource.query(
      `UPDATE media SET state = $3, reason = $4, next_attempt_at = NULL
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [id, attempts, state, reason],
    );
  }

  /**
   * An uploaded file that is kept; the same bytes and type of one tenant are one. Undefined: the file is not there after all
   * (`has`, as in `markStored`), and nothing was written.
   */
  async createUploaded(file: UploadedFile, has: () => Promise<boolean>): Promise<Media | undefined> {
    return this.dataSource.transaction(async (tx) => {
      await lockHashes(tx, [file.sha256]);
      if (!(await has())) return undefined;
      const [row] = await queryRows<{ id: string }>(
        tx,
        `INSERT INTO media AS m (id, tenant_id, direction, kind, phone_number_id, mime_type, file_name, size, sha256, state,
                                 stored_at)
         VALUES ($1, $2, 'outbound', $3, $4, $5, $6, $7, $8, 'stored', now())
         ON CONFLICT (tenant_id, sha256, mime_type) WHERE direction = 'outbound'
         DO UPDATE SET file_name = coalesce(excluded.file_name, m.file_name), phone_number_id = excluded.phone_number_id,
                       stored_at = excluded.stored_at
         RETURNING id`,
        [newId(), file.tenantId, file.kind, file.phoneNumberId, file.mimeType, file.fileName, file.size, file.sha256],
      );
      return tx.findOneByOrFail(Media, { id: row!.id });
    });
  }

  async findById(id: string): Promise<Media | null> {
    return this.dataSource.manager.findOneBy(Media, { id });
  }

  async findOwn(tenantId: string, id: string): Promise<Media | null> {
    return this.dataSource.manager.findOneBy(Media, { tenantId, id });
  }

  /** The files of many inbound messages at once. */
  async ofInbound(messageIds: string[]): Promise<MessageMedia[]> {
    return queryRows<MessageMedia>(
      this.dataSource,
      `SELECT message_id AS "messageId", id, state, mime_type AS "mimeType", size FROM media
       WHERE message_id = ANY($1) ORDER BY id`,
      [messageIds],
    );
  }

  /** The uploaded files that outbound messages name by Meta's id, each as its own tenant has it. */
  async ofOutbound(named: { messageId: string; tenantId: string; whatsappMediaId: string }[]): Promise<MessageMedia[]> {
    return queryRows<MessageMedia>(
      this.dataSource,
      `SELECT n."messageId", m.id, m.state, m.mime_type AS "mimeType", m.size
       FROM jsonb_to_recordset($1::jsonb) AS n("messageId" uuid, "tenantId" uuid, "whatsappMediaId" varchar)
       JOIN media_uploads u ON u.whatsapp_media_id = n."whatsappMediaId"
       JOIN media m ON m.tenant_id = n."tenantId" AND m.sha256 = u.sha256 AND m.mime_type = u.mime_type
                   AND m.direction = 'outbound'
       ORDER BY m.id`,
      [JSON.stringify(named)],
    );
  }

  /**
   * Removes the oldest files of before a time, at most `limit`; what is still to be fetched stays. Bytes that no other row
   * names go first: should it end half-way, the rows are still there for the next time.
   * @returns how many rows were removed
   */
  async removeOlderThan(time: Date, limit: number, removeFile: (sha256: string) => Promise<void>): Promise<number> {
    return this.dataSource.transaction(async (tx) => {
      const old = await queryRows<NamedFile>(
        tx,
        `SELECT id, sha256 FROM media
         WHERE id < $1 AND state <> 'pending' AND (stored_at IS NULL OR stored_at < $3) ORDER BY id LIMIT $2`,
        [firstIdOf(time), limit, time],
      );
      return removeRows(tx, old, `state <> 'pending'`, removeFile);
    });
  }

  /**
   * Removes the files that inbound messages brought, also those that are being fetched right now.
   * @returns how many rows were removed
   */
  async removeOfMessages(messageIds: string[], removeFile: (sha256: string) => Promise<void>): Promise<number> {
    return this.dataSource.transaction(async (tx) => {
      const theirs = await queryRows<NamedFile>(tx, 'SELECT id, sha256 FROM media WHERE message_id = ANY ($1)', [
        messageIds,
      ]);
      return removeRows(tx, theirs, 'true', removeFile);
    });
  }

  /** Removes bytes that were kept for a row that is gone by now, unless another one names them. */
  async removeUnnamed(sha256: string, removeFile: (sha256: string) => Promise<void>): Promise<void> {
    await this.dataSource.transaction((tx) => removeRows(tx, [{ id: NO_ID, sha256 }], 'true', removeFile));
  }
}

type NamedFile = Pick<Media, 'id' | 'sha256'>;

/** Of no row. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Rows, and bytes that no other row names; answers how many rows. */
async function removeRows(
  tx: EntityManager,
  rows: NamedFile[],
  stillSo: string,
  removeFile: (sha256: string) => Promise<void>,
): Promise<number> {
  const hashes = [...new Set(rows.map(({ sha256 }) => sha256))].filter((hash) => hash !== null);
  // Before the rows, as everybody else does.
  await lockHashes(tx, hashes);
  const removed = await queryRows(tx, `DELETE FROM media WHERE id = ANY($1) AND ${stillSo} RETURNING id`, [
    rows.map(({ id }) => id),
  ]);
  const named = await queryRows<{ sha256: string }>(tx, 'SELECT DISTINCT sha256 FROM media WHERE sha256 = ANY($1)', [
    hashes,
  ]);
  const kept = new Set(named.map(({ sha256 }) => sha256));
  for (const hash of hashes) if (!kept.has(hash)) await removeFile(hash);
  return removed.length;
}

/** Whoever removes a file and whoever says that it is kept wait for each other; always in the same order. */
async function lockHashes(tx: EntityManager, hashes: string[]): Promise<void> {
  for (const hash of [...hashes].sort())
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', [hash]);
}

/** The smallest UUID v7 of a millisecond: ids tell their age, so no index of times is needed. */
function firstIdOf(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
