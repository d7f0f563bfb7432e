import { Column, Entity, PrimaryColumn } from 'typeorm';

/** TypeORM writes the type into the options it is given, so each column needs its own. */
const key = () => ({ primaryKeyConstraintName: 'account_states_pkey' });

/**
 * Meta's newest word on one aspect of an account, a number or a template, by Meta's time and not by that of arrival.
 * Aspects change apart from each other: a late word on a number's quality says nothing about its limit.
 */
@Entity('account_states')
export class AccountState {
  @PrimaryColumn('varchar', key())
  businessAccountId: string;

  /** `account`, `number/+34612345678` or `template/name/language`. */
  @PrimaryColumn('varchar', key())
  subject: string;

  /** `status`, `quality`, `throughput`… */
  @PrimaryColumn('varchar', key())
  aspect: string;

  @Column('jsonb')
  value: Record<string, unknown>;

  @Column('timestamptz')
  toldAt: Date;

  /** Of the account event that said so. */
  @Column('uuid')
  eventId: string;
}
