import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';

import { newId } from '#common';

import { Session } from '../sessions/session.entity.ts';
import { Person } from './person.entity.ts';
import type { PersonRole } from './role.ts';

export interface NewPerson {
  email: string;
  name: string;
  role: PersonRole;
  /** Null for a platform-admin, and for nobody else. */
  tenantId: string | null;
  passwordHash: string;
  passwordIsTemporary: boolean;
}

/** Undefined means: not asked for. */
export interface PersonFilter {
  tenantId?: string;
  role?: PersonRole;
  /** False: only those who may sign in. */
  withDisabled?: boolean;
}

export interface PersonChange {
  name?: string;
  role?: PersonRole;
  tenantId?: string | null;
  disabledAt?: Date | null;
  passwordHash?: string;
  passwordIsTemporary?: boolean;
  identity?: string | null;
}

const ACTIVE_PLATFORM_ADMINS = { role: 'platform-admin', disabledAt: IsNull() } as const;

@Injectable()
export class PersonRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Undefined when somebody has this e-mail address already. */
  async create(given: NewPerson): Promise<Person | undefined> {
    return insert(this.dataSource.manager, given);
  }

  /** The same, unless there is a platform-admin who can sign in; replicas that start together make one. */
  async createFirst(given: NewPerson): Promise<Person | undefined> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query('LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE');
      return (await tx.existsBy(Person, ACTIVE_PLATFORM_ADMINS)) ? undefined : insert(tx, given);
    });
  }

  async hasPlatformAdmin(): Promise<boolean> {
    return this.dataSource.manager.existsBy(Person, ACTIVE_PLATFORM_ADMINS);
  }

  /** Newest first, older than `beforeId`. */
  async list(
    { tenantId, role, withDisabled = true }: PersonFilter = {},
    limit?: number,
    beforeId?: string,
  ): Promise<Person[]> {
    const query = this.dataSource.manager.createQueryBuilder(Person, 'p').orderBy('p.id', 'DESC').limit(limit);
    if (tenantId) query.andWhere('p.tenantId = :tenantId', { tenantId });
    if (role) query.andWhere('p.role = :role', { role });
    if (!withDisabled) query.andWhere('p.disabledAt IS NULL');
    if (beforeId) query.andWhere('p.id < :beforeId', { beforeId });
    return query.getMany();
  }

  async findById(id: string): Promise<Person | null> {
    return this.dataSource.manager.findOneBy(Person, { id });
  }

  async findByEmail(email: string): Promise<Person | null> {
    return this.dataSource.manager.findOneBy(Person, { email: email.toLowerCase() });
  }

  async findByIdentity(identity: string): Promise<Person | null> {
    return this.dataSource.manager.findOneBy(Person, { identity });
  }

  /** False when the person had been bound to an identity meanwhile. */
  async bind(id: string, identity: string): Promise<boolean> {
    const { affected } = await this.dataSource.manager.update(Person, { id, identity: IsNull() }, { identity });
    return affected === 1;
  }

  async rename(id: string, name: string): Promise<void> {
    await this.dataSource.manager.update(Person, id, { name });
  }

  /** What changes who somebody is or may be ends their sessions. `last` when no platform-admin would be left. */
  async change(id: string, change: PersonChange): Promise<'changed' | 'last' | undefined> {
    return this.dataSource.transaction(async (tx) => {
      // Always in the same order, so that two who take away from each other wait, and the second one finds the first gone.
      const locked = await tx.find(Person, {
        where: [{ id }, ACTIVE_PLATFORM_ADMINS],
        order: { id: 'ASC' },
        lock: { mode: 'pessimistic_write' },
      });
      const person = locked.find((one) => one.id === id);
      if (!person) return undefined;
      const changed = { ...person, ...change };
      if (isActivePlatformAdmin(person) && !isActivePlatformAdmin(changed) && locked.length === 1) return 'last';
      await tx.update(Person, id, change);
      await tx.delete(Session, { personId: id });
      return 'changed';
    });
  }

  async noteSignIn(id: string, lastSignInAt: Date, lastSignInAddress: string): Promise<void> {
    await this.dataSource.manager.update(Person, id, { lastSignInAt, lastSignInAddress });
  }
}

function isActivePlatformAdmin({ role, disabledAt }: Person): boolean {
  return role === 'platform-admin' && disabledAt === null;
}

async function insert(db: EntityManager, given: NewPerson): Promise<Person | undefined> {
  const id = newId();
  const email = given.email.toLowerCase();
  await db
    .createQueryBuilder()
    .insert()
    .into(Person)
    .values({ ...given, id, email })
    .orIgnore()
    .execute();
  return (await db.findOneBy(Person, { id })) ?? undefined;
}
