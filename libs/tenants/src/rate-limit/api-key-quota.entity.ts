import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How much of its limit a key has drawn in its present minute, by all processes together. */
@Entity('api_key_quotas')
export class ApiKeyQuota {
  @PrimaryColumn('uuid')
  apiKeyId: string;

  @Column('timestamptz')
  windowEndsAt: Date;

  /** May be more than the limit: what was asked for, not what was given. */
  @Column('bigint')
  drawn: string;
}
