import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';

import { MediaUpload } from '../entities/media-upload.entity.ts';

/** Which file, and for which of our numbers. */
export type UploadKey = Pick<MediaUpload, 'phoneNumberId' | 'sha256' | 'mimeType'>;

/** The id Meta knows a file by, and until when we use it. */
export interface KnownUpload {
  whatsappMediaId: string;
  expiresAt: Date;
}

/** Longer than an upload may last. */
const LEASE_MS = 6 * 60_000;

/** Meta keeps an upload for 30 days; the last one is left for what is on its way. */
const LIFE = `interval '29 days'`;

@Injectable()
export class MediaUploadRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The id to send, if it can be used until then. */
  async findUsable(key: UploadKey, until: Date): Promise<KnownUpload | undefined> {
    const found = await this.dataSource.manager.findOneBy(MediaUpload, key);
    if (!found?.whatsappMediaId || !found.expiresAt || found.expiresAt < until) return undefined;
    return { whatsappMediaId: found.whatsappMediaId, expiresAt: found.expiresAt };
  }

  /** Whoever gets a token may upload; undefined while somebody else does, or once an id is usable until then. */
  async claim({ phoneNumberId, sha256, mimeType }: UploadKey, until: Date): Promise<string | undefined> {
    const token = newId();
    const rows = await queryRows(
      this.dataSource,
      `INSERT INTO media_uploads AS u (phone_number_id, sha256, mime_type, lease_token, lease_expires_at)
       VALUES ($1, $2, $3, $4, now() + $5 * interval '1 ms')
       ON CONFLICT (phone_number_id, sha256, mime_type) DO UPDATE
       SET lease_token = excluded.lease_token, lease_expires_at = excluded.lease_expires_at
       WHERE (u.lease_expires_at IS NULL OR u.lease_expires_at < now()) AND (u.expires_at IS NULL OR u.expires_at < $6)
       RETURNING 1`,
      [phoneNumberId, sha256, mimeType, token, LEASE_MS, until],
    );
    return rows.length > 0 ? token : undefined;
  }

  /** A worker whose lease was taken over writes nothing; its id is as good for who asked. */
  async markUploaded(
    { phoneNumberId, sha256, mimeType }: UploadKey,
    token: string,
    whatsappMediaId: string,
  ): Promise<KnownUpload> {
    const [row] = await queryRows<{ expires_at: Date }>(
      this.dataSource,
      `WITH marked AS (
         UPDATE media_uploads
         SET whatsapp_media_id = $5, expires_at = now() + ${LIFE}, lease_token = NULL, lease_expires_at = NULL
         WHERE phone_number_id = $1 AND sha256 = $2 AND mime_type = $3 AND lease_token = $4)
       SELECT now() + ${LIFE} AS expires_at`,
      [phoneNumberId, sha256, mimeType, token, whatsappMediaId],
    );
    return { whatsappMediaId, expiresAt: row!.expires_at };
  }

  /** The upload failed: the next one need not wait for the lease. */
  async release({ phoneNumberId, sha256, mimeType }: UploadKey, token: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE media_uploads SET lease_token = NULL, lease_expires_at = NULL
       WHERE phone_number_id = $1 AND sha256 = $2 AND mime_type = $3 AND lease_token = $4`,
      [phoneNumberId, sha256, mimeType, token],
    );
  }

  /** Forgets ids that Meta forgot long ago. */
  async removeExpired(): Promise<void> {
    await this.dataSource.query(`DELETE FROM media_uploads WHERE expires_at < now() - interval '90 days'`);
  }
}
