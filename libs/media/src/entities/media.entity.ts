import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import type { MediaKind } from '../media-kind.ts';

export const MEDIA_STATES = ['pending', 'stored', 'failed', 'expired'] as const;
/** Not fetched yet; kept; can never be fetched; Meta no longer has it. */
export type MediaState = (typeof MEDIA_STATES)[number];

/** One file of one tenant: sent by a customer and fetched from Meta, or uploaded to be sent. The bytes are kept by their hash. */
@Entity('media')
@Index('media_message', ['messageId'], { where: 'message_id IS NOT NULL' })
@Index('media_due', ['nextAttemptAt'], { where: "state = 'pending'" })
@Index('media_sha256', ['sha256'], { where: 'sha256 IS NOT NULL' })
@Index('media_outbound', ['tenantId', 'sha256', 'mimeType'], { unique: true, where: "direction = 'outbound'" })
export class Media {
  /** UUID v7. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  @Column('varchar')
  direction: 'inbound' | 'outbound';

  @Column('varchar')
  kind: MediaKind;

  /** The inbound message that brought it. An uploaded file can be in any number of messages. */
  @Column('uuid', { nullable: true })
  messageId: string | null;

  @Column('varchar')
  phoneNumberId: string;

  /** Of an inbound file; an uploaded one has its ids in `media_uploads`. */
  @Column('varchar', { nullable: true })
  whatsappMediaId: string | null;

  /** Without parameters: `audio/ogg`. As Meta or the uploader declared it, until the bytes say otherwise. */
  @Column('varchar')
  mimeType: string;

  /** Bytes; at most 100 MB. */
  @Column('int', { nullable: true })
  size: number | null;

  /** Hex. Until the file is stored, what Meta announced. */
  @Column('varchar', { nullable: true })
  sha256: string | null;

  @Column('varchar', { nullable: true })
  fileName: string | null;

  @Column('varchar')
  state: MediaState;

  /** Why it is not stored (yet), or what was found wrong with it, and what to do. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** Counted when the fetch is claimed. */
  @Column('int', { default: 0 })
  attempts: number;

  /** Pending only. While it is being fetched, when another process may take it for abandoned. */
  @Column('timestamptz', { nullable: true })
  nextAttemptAt: Date | null;

  /** Until when Meta gives an inbound file out. */
  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  storedAt: Date | null;
}
