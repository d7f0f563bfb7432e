import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A text approved by Meta, in one language: our copy of the registry of one WhatsApp Business Account. */
@Entity('whatsapp_templates')
@Index('whatsapp_templates_name', ['businessAccountId', 'templateName', 'language'], { unique: true })
export class WhatsAppTemplate {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar')
  businessAccountId: string;

  /** Meta's name. */
  @Column('varchar')
  templateName: string;

  /** Our stable name for callers. */
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

  /** GREEN, YELLOW, RED or UNKNOWN, as Meta last told it. */
  @Column('varchar', { nullable: true })
  qualityScore: string | null;

  /** What it was before Meta put it into another category. */
  @Column('varchar', { nullable: true })
  previousCategory: string | null;

  /** When Meta disables it, or did. */
  @Column('timestamptz', { nullable: true })
  disabledFrom: Date | null;

  /** Meta's time of the last webhook about its status: an older listing must not undo it. */
  @Column('timestamptz', { nullable: true })
  statusToldAt: Date | null;

  /** Messages of it that Meta took; some seconds behind. */
  @Column('int', { default: 0 })
  sentCount: number;

  /** When it was last sent. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;

  /** False when Meta no longer lists it. */
  @Column('boolean', { default: true })
  isActive: boolean;

  @Column('timestamptz')
  syncedAt: Date;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
