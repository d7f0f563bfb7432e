import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** An app at Meta beside the one of the environment: it signs the deliveries of its numbers. Secrets are encrypted. */
@Entity('meta_apps')
@Index('meta_apps_name', ['name'], { unique: true })
export class MetaApp {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar')
  name: string;

  @Column('text')
  appSecret: string;

  @Column('timestamptz', { default: () => 'now()' })
  appSecretSetAt: Date;

  /** Still accepted after a rotation, because Meta goes on for a while. */
  @Column('text', { nullable: true })
  previousAppSecret: string | null;

  @Column('text')
  verifyToken: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
