import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something Meta said of an account, a number or a template; each once, however often it was delivered. */
@Entity('account_events')
@Index('account_events_once', ['fingerprint'], { unique: true })
@Index('account_events_field', ['field', 'id'])
@Index('account_events_unknown', ['field', 'createdAt'], { where: 'NOT known' })
export class AccountEvent {
  @PrimaryColumn('uuid')
  id: string;

  /** Of the entry: a WhatsApp Business Account, for some fields a business portfolio. */
  @Column('varchar')
  businessAccountId: string;

  /** Meta's name of the webhook field. */
  @Column('varchar')
  field: string;

  /** Meta's word for what happened, where it has one. */
  @Column('varchar', { nullable: true })
  event: string | null;

  /** False: newer than this code. */
  @Column('boolean')
  known: boolean;

  /** E.164. */
  @Column('varchar', { nullable: true })
  phoneNumber: string | null;

  @Column('varchar', { nullable: true })
  templateName: string | null;

  @Column('varchar', { nullable: true })
  templateLanguage: string | null;

  /** Meta's time; that of the arrival where Meta gave none. */
  @Column('timestamptz')
  occurredAt: Date;

  /** What happened and what to do. */
  @Column('text')
  summary: string;

  /** What it changed here, in words; null when it is only listed. */
  @Column('text', { nullable: true })
  applied: string | null;

  /** JSON text, because `jsonb` refuses some of what Meta may send. */
  @Column('text')
  value: string;

  /** SHA-256 of account, field, value and time, in hex: Meta gives these events no id. */
  @Column('varchar')
  fingerprint: string;

  @Column('uuid', { nullable: true })
  deliveryId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
