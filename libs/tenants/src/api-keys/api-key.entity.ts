import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

export const SCOPES = [
  'messages:send',
  'messages:read',
  'templates:read',
  'templates:write',
  'statistics:read',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** A key of an internal service. The key itself is shown once, when it is made; only its hash is kept. */
@Entity('api_keys')
@Index('api_keys_hash', ['keyHash'], { unique: true })
export class ApiKey {
  @PrimaryColumn('uuid')
  id: string;

  /** Null: a platform key, which names the tenant in each request. */
  @Column('uuid', { nullable: true })
  tenantId: string | null;

  @Column('varchar')
  name: string;

  /** The first characters of the key, to recognise it by. */
  @Column('varchar')
  prefix: string;

  /** SHA-256 in hex. A key has 256 random bits, so a slow hash would protect nothing more. */
  @Column('varchar')
  keyHash: string;

  @Column('varchar', { array: true })
  scopes: Scope[];

  /** Null: `API_KEY_REQUESTS_PER_MINUTE`; 0: no limit. */
  @Column('int', { nullable: true })
  requestsPerMinute: number | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;
}
