import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A number that sends, beside the platform's of the environment. The token is encrypted. */
@Entity('sending_numbers')
@Index('sending_numbers_tenant', ['tenantId', 'createdAt'])
@Index('sending_numbers_app', ['appId'])
export class SendingNumber {
  @PrimaryColumn('varchar')
  phoneNumberId: string;

  /** Whose messages it sends; of several, the oldest. */
  @Column('uuid')
  tenantId: string;

  @Column('varchar')
  businessAccountId: string;

  /** Null: the app of the environment. */
  @Column('uuid', { nullable: true })
  appId: string | null;

  @Column('text')
  accessToken: string;

  @Column('timestamptz', { default: () => 'now()' })
  accessTokenSetAt: Date;

  /** Null: `WHATSAPP_API_VERSION`. */
  @Column('varchar', { nullable: true })
  apiVersion: string | null;

  /** Null: `WHATSAPP_MESSAGES_PER_SECOND`. */
  @Column('int', { nullable: true })
  messagesPerSecond: number | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
