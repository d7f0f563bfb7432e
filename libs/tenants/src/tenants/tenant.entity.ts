import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** What is known of a tenant beside its id. None needs to be here: others use the platform's number and defaults. */
@Entity('tenants')
@Index('tenants_list', ['listId'], { unique: true })
export class Tenant {
  /** The tenant's id in every other table and system; may be older than this row. */
  @PrimaryColumn('uuid')
  id: string;

  /** UUID v7 of when it was registered: the order of lists. */
  @Column('uuid')
  listId: string;

  @Column('varchar')
  name: string;

  /** Of phone numbers without `+`, ISO 3166 alpha-2; null: `WHATSAPP_DEFAULT_COUNTRY`. */
  @Column('varchar', { nullable: true })
  defaultCountry: string | null;

  /** Null: active. */
  @Column('timestamptz', { nullable: true })
  suspendedAt: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
