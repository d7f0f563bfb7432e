import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

import type { PersonRole } from './role.ts';

/** Somebody who signs in to the web page. */
@Entity('people')
@Index('people_email', ['email'], { unique: true })
@Index('people_identity', ['identity'], { unique: true })
@Index('people_tenant', ['tenantId', 'id'])
@Check('people_tenant_of_role', `(role = 'platform-admin') = (tenant_id IS NULL)`)
export class Person {
  @PrimaryColumn('uuid')
  id: string;

  /** Null for platform-admins, and for nobody else. */
  @Column('uuid', { nullable: true })
  tenantId: string | null;

  /** In lower case. */
  @Column('varchar')
  email: string;

  @Column('varchar')
  name: string;

  @Column('varchar')
  role: PersonRole;

  /** Argon2id with its parameters. */
  @Column('varchar')
  passwordHash: string;

  /** Somebody else knows the password, so nothing is done with it but changing it. */
  @Column('boolean')
  passwordIsTemporary: boolean;

  /** Issuer and subject at the identity provider, from the first sign-in there: e-mail addresses change hands. */
  @Column('varchar', { nullable: true })
  identity: string | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  @Column('timestamptz', { nullable: true })
  lastSignInAt: Date | null;

  /** Where the last sign-in came from. */
  @Column('varchar', { nullable: true })
  lastSignInAddress: string | null;
}
