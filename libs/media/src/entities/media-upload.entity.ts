import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A file as Meta has it for one of our numbers: uploaded once, used until it expires. */
@Entity('media_uploads')
@Index('media_uploads_id', ['whatsappMediaId'], { where: 'whatsapp_media_id IS NOT NULL' })
export class MediaUpload {
  @PrimaryColumn('varchar')
  phoneNumberId: string;

  /** Hex. */
  @PrimaryColumn('varchar')
  sha256: string;

  @PrimaryColumn('varchar')
  mimeType: string;

  /** Null until the first upload succeeded. */
  @Column('varchar', { nullable: true })
  whatsappMediaId: string | null;

  /** Until when we use the id. */
  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  /** Whoever uploads it right now. */
  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('timestamptz', { nullable: true })
  leaseExpiresAt: Date | null;
}
