import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A text approved by Meta, in one language: our copy of the registry of one WhatsApp Business Account. */
@Entity('whatsapp_templates')
@Index('whatsapp_templates_name', ['businessAccountId', 'templateName', 'language'], { unique: true })
@Index('whatsapp_templates_key', ['businessAccountId', 'templateKey'])
export class WhatsAppTemplate {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar')
  businessAccountId: string;

  /** Meta's name. */
  @Column('varchar')
  templateName: string;

  /** Our stable name for callers: Meta's name, until an admin chooses another. */
  @Column('varchar')
  templateKey: string;

  @Column('varchar')
  category: string;

  @Column('varchar')
  language: string;

  /** Meta's status: APPROVED, PENDING, REJECTED, PAUSED, DISABLED… */
  @Column('varchar')
  status: string;

  @Column('text')
  bodyText: string;

  /** Distinct placeholders of the body. */
  @Column('int')
  parameterCount: number;

  @Column('varchar', { default: 'POSITIONAL' })
  parameterFormat: string;

  /** Meta's components, as they are. */
  @Column('jsonb')
  components: object[];

  @Column('varchar', { nullable: true })
  metaTemplateId: string | null;

  @Column('varchar', { nullable: true })
  rejectedReason: string | null;

  /** Why it has this status and what would help, in Meta's words; known only from webhooks. */
  @Column('text', { nullable: true })
  statusDetails: string | null;

  /** When Meta disables it, or did. */
  @Column('timestamptz', { nullable: true })
  disabledFrom: Date | null;

  /** Meta's time of the last webhook about its status: an older listing must not undo it. */
  @Column('timestamptz', { nullable: true })
  statusToldAt: Date | null;

  /** GREEN, YELLOW, RED or UNKNOWN, as Meta last told it. */
  @Column('varchar', { nullable: true })
  qualityScore: string | null;

  /** Since when it has that score, as far as Meta says. */
  @Column('timestamptz', { nullable: true })
  qualityScoredAt: Date | null;

  @Column('timestamptz', { nullable: true })
  qualityToldAt: Date | null;

  /** What it was before Meta put it into another category. */
  @Column('varchar', { nullable: true })
  previousCategory: string | null;

  /** The category Meta finds right, where that is not the one it has. */
  @Column('varchar', { nullable: true })
  correctCategory: string | null;

  /** When Meta puts it there; null where it did not say. */
  @Column('timestamptz', { nullable: true })
  categoryChangesAt: Date | null;

  @Column('timestamptz', { nullable: true })
  categoryToldAt: Date | null;

  @Column('varchar', { nullable: true })
  subCategory: string | null;

  /** For how long Meta tries to deliver a message of it; null: the category's own time. */
  @Column('int', { nullable: true })
  messageSendTtlSeconds: number | null;

  /** Meta's library template it was made from. */
  @Column('varchar', { nullable: true })
  libraryTemplateName: string | null;

  @Column('int', { default: 0 })
  sentCount: number;

  /** False when it is deleted at Meta, or about to be. Our key and count stay: it may be made again. */
  @Column('boolean', { default: true })
  isActive: boolean;

  @Column('timestamptz')
  syncedAt: Date;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
