import { hash, randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, LessThanOrEqual, MoreThan, Not } from 'typeorm';

import { newId } from '#common';

import { Person } from '../people/person.entity.ts';
import { Session, type SignInMethod } from './session.entity.ts';

/** However much it is used, and when it is not used: what NIST SP 800-63B asks of a sign-in that is more than a password alone. */
export const SESSION_MS = 24 * 3_600_000;
export const IDLE_MS = 3_600_000;

/** A session with whose it is. */
export type PersonSession = Session & { person: Person };

/** From where somebody signs in. */
export interface Visitor {
  address: string;
  userAgent: string | undefined;
}

@Injectable()
export class SessionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Answers the token in clear, the only time it is seen. */
  async create(personId: string, method: SignInMethod, { address, userAgent }: Visitor, now: Date) {
    const token = randomBytes(32).toString('base64url');
    const session: Session = {
      id: newId(),
      personId,
      tokenHash: hashToken(token),
      method,
      address,
      userAgent: userAgent?.slice(0, 500) ?? null,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + SESSION_MS),
    };
    await this.dataSource.manager.insert(Session, session);
    return { token, session };
  }

  async findByHash(tokenHash: string): Promise<PersonSession | null> {
    const query = this.dataSource.manager
      .createQueryBuilder(Session, 's')
      .innerJoinAndMapOne('s.person', Person, 'p', 'p.id = s.personId')
      .where('s.tokenHash = :tokenHash', { tokenHash });
    return (await query.getOne()) as PersonSession | null;
  }

  /** Those that are not over at `now`, newest first. */
  async list(personId: string, now: Date): Promise<Session[]> {
    return this.dataSource.manager.find(Session, {
      where: { personId, expiresAt: MoreThan(now), lastUsedAt: MoreThan(idleSince(now)) },
      order: { id: 'DESC' },
    });
  }

  async noteUse(id: string, at: Date): Promise<void> {
    await this.dataSource.manager.update(Session, id, { lastUsedAt: at });
  }

  async endByHash(tokenHash: string): Promise<void> {
    await this.dataSource.manager.delete(Session, { tokenHash });
  }

  /** False when the person has no such session. */
  async end(personId: string, id: string): Promise<boolean> {
    const { affected } = await this.dataSource.manager.delete(Session, { id, personId });
    return affected === 1;
  }

  async endOthers(personId: string, id: string): Promise<void> {
    await this.dataSource.manager.delete(Session, { personId, id: Not(id) });
  }

  async removeOver(now: Date): Promise<void> {
    await this.dataSource.manager.delete(Session, { expiresAt: LessThanOrEqual(now) });
    await this.dataSource.manager.delete(Session, { lastUsedAt: LessThanOrEqual(idleSince(now)) });
  }
}

export function hashToken(token: string): string {
  return hash('sha256', token);
}

export function idleSince(now: Date): Date {
  return new Date(now.getTime() - IDLE_MS);
}
