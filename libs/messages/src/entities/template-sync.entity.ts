import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When the templates of an account were last asked for, and whether some replica is asking now. By the database's clock. */
@Entity('template_syncs')
export class TemplateSync {
  @PrimaryColumn('varchar')
  businessAccountId: string;

  /** Null: nobody is asking. */
  @Column('timestamptz', { nullable: true })
  askingSince: Date | null;

  /** When the list that is stored was asked for. */
  @Column('timestamptz', { nullable: true })
  askedAt: Date | null;
}
