import { Injectable } from '@nestjs/common';

import { AppError, Clock, isUuid, NotFoundError, ValidationError } from '#common';

import { tenantOf } from '../auth/caller.decorator.ts';
import type { Caller } from '../auth/caller.ts';
import { SessionService } from '../sessions/session.service.ts';
import { newPassword, Passwords } from './passwords.ts';
import type { Person } from './person.entity.ts';
import { type PersonChange, PersonRepository } from './person.repository.ts';
import type { PersonRole } from './role.ts';

export interface PersonDetails {
  email: string;
  name: string;
  role: PersonRole;
  /** Of whom the caller says it is. */
  tenantId?: string | null;
}

/** People as callers with the scope `admin` see and change them: those of their tenant, or, on the platform, all. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly people: PersonRepository,
    private readonly passwords: Passwords,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundError 404, also for somebody of another tenant */
  async find({ tenantId }: Caller, id: string): Promise<Person> {
    const person = isUuid(id) ? await this.people.findById(id) : null;
    if (!person || (tenantId !== null && person.tenantId !== tenantId)) throw new NotFoundError('person', id);
    return person;
  }

  /** With a password that is shown this once, and must be changed at the first sign-in. */
  async create(caller: Caller, { email, name, role, tenantId: named }: PersonDetails) {
    const tenantId = tenantFor(caller, role, named);
    const password = newPassword();
    const passwordHash = await this.passwords.hash(password);
    const person = await this.people.create({ email, name, role, tenantId, passwordHash, passwordIsTemporary: true });
    if (!person) {
      throw new AppError(409, 'email-taken', 'Somebody has this e-mail address already; change or enable that person.');
    }
    return { person, password };
  }

  /** A new role ends the person's sessions. */
  async change(caller: Caller, id: string, given: Partial<Omit<PersonDetails, 'email'>>): Promise<Person> {
    const person = await this.find(caller, id);
    if (given.name !== undefined) await this.people.rename(person.id, given.name);
    const { role = person.role, tenantId: named } = given;
    const tenantId = tenantFor(caller, role, named === undefined ? (person.tenantId ?? undefined) : named);
    if (role !== person.role || tenantId !== person.tenantId) await this.apply(person, { role, tenantId });
    this.sessions.forget();
    return this.find(caller, id);
  }

  async disable(caller: Caller, id: string): Promise<Person> {
    const person = await this.find(caller, id);
    if (!person.disabledAt) await this.apply(person, { disabledAt: this.clock.now() });
    return this.find(caller, id);
  }

  async enable(caller: Caller, id: string): Promise<Person> {
    const person = await this.find(caller, id);
    if (person.disabledAt) await this.apply(person, { disabledAt: null });
    return this.find(caller, id);
  }

  /** The old password, the bond with the identity provider and all sessions are over. */
  async resetPassword(caller: Caller, id: string) {
    const person = await this.find(caller, id);
    const password = newPassword();
    const passwordHash = await this.passwords.hash(password);
    await this.apply(person, { passwordHash, passwordIsTemporary: true, identity: null });
    return { person: await this.find(caller, id), password };
  }

  private async apply(person: Person, change: PersonChange): Promise<void> {
    const outcome = await this.people.change(person.id, change);
    this.sessions.forget();
    if (outcome === 'last') {
      throw new AppError(
        409,
        'last-platform-admin',
        'Nobody else is platform-admin; make somebody else one first, with POST /api/v1/people.',
      );
    }
  }
}

/**
 * To which tenant somebody of a role belongs. Nobody gives more than they have: whoever is of a tenant has that tenant's
 * roles to give.
 * @throws AppError 403, ValidationError 422
 */
function tenantFor(caller: Caller, role: PersonRole, named: string | null | undefined): string | null {
  if (role !== 'platform-admin') return tenantOf(caller, named);
  if (caller.tenantId !== null) {
    throw new AppError(403, 'role-above-own', 'Only a platform-admin, or a platform key, makes platform-admins.');
  }
  if (named == null) return null;
  throw new ValidationError([
    { field: 'tenant_id', message: 'must be null or left out: a platform-admin has no tenant' },
  ]);
}
