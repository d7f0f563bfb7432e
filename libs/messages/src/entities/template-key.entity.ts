import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** Which template a tenant means by a key; it outweighs the key on the template itself, which the whole account shares. */
@Entity('template_keys')
@Index('template_keys_once', ['tenantId', 'templateKey', 'language'], { unique: true })
export class TemplateKey {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  /** Our stable name for callers. */
  @Column('varchar')
  templateKey: string;

  /** Null: in every language that has no line of its own. */
  @Column('varchar', { nullable: true })
  language: string | null;

  /** Meta's name. */
  @Column('varchar')
  templateName: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
