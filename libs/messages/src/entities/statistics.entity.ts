import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** TypeORM writes the type into the options it is given, so each column needs its own. */
const key = () => ({ primaryKeyConstraintName: 'statistics_counts_cell' });

/**
 * How many messages of a group, accepted in a quarter of an hour or a day (UTC), got how far. Every message is counted in
 * its own group (tenant, number, template) and in three wider ones: its tenant, its template, the platform. What a wider
 * group does not tell apart is empty, and the nil UUID.
 */
@Entity('statistics_counts')
export class StatisticsCount {
  @PrimaryColumn('varchar', key())
  scope: 'own' | 'tenant' | 'template' | 'platform';

  @PrimaryColumn('varchar', key())
  period: 'quarter' | 'day';

  @PrimaryColumn('uuid', key())
  tenantId: string;

  /** Empty: no template. */
  @PrimaryColumn('varchar', key())
  templateName: string;

  @PrimaryColumn('timestamptz', key())
  start: Date;

  @PrimaryColumn('varchar', key())
  phoneNumberId: string;

  @PrimaryColumn('varchar', key())
  templateLanguage: string;

  /** Outbound ones; with `received`, all. */
  @Column('bigint')
  accepted: string;

  @Column('bigint')
  received: string;

  @Column('bigint')
  pending: string;

  /** This and the next two: messages that reached at least that status. */
  @Column('bigint')
  sent: string;

  @Column('bigint')
  delivered: string;

  @Column('bigint')
  read: string;

  @Column('bigint')
  failed: string;

  @Column('bigint')
  cancelled: string;

  /** By label: `failed:<code>`, `priced:<pricing>`, and per latency its buckets, such as `accepted_to_sent:57`. */
  @Column('jsonb')
  tallies: Record<string, number>;
}

/** What changed within one statement, not yet summed up in the counts. Written by a trigger. */
@Entity('statistics_changes')
export class StatisticsChange {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  /** Of the quarter of an hour in which the messages were accepted. */
  @Column('timestamptz')
  start: Date;

  @Column('uuid')
  tenantId: string;

  @Column('varchar')
  phoneNumberId: string;

  @Column('varchar')
  templateName: string;

  @Column('varchar')
  templateLanguage: string;

  @Column('int')
  accepted: number;

  @Column('int')
  received: number;

  @Column('int')
  pending: number;

  @Column('int')
  sent: number;

  @Column('int')
  delivered: number;

  @Column('int')
  read: number;

  @Column('int')
  failed: number;

  @Column('int')
  cancelled: number;

  /** Labels that count one more each time they stand here, one a line. */
  @Column('text', { nullable: true })
  added: string | null;

  @Column('text', { nullable: true })
  removed: string | null;
}
