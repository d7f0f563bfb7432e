import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { afterCommit, Clock } from '#common';

import type { Session, SignInMethod } from './session.entity.ts';
import { hashToken, idleSince, type PersonSession, SessionRepository, type Visitor } from './session.repository.ts';

const LAST_USED_GRAIN_MS = 60_000;
/** As with API keys: looked up once a second, and over no later than that in every replica. */
const REMEMBERED_MS = 1_000;
const SESSIONS_REMEMBERED = 10_000;
const NOBODY = Symbol('no such session');

@Injectable()
export class SessionService {
  private readonly remembered = new LRUCache<string, PersonSession | typeof NOBODY>({
    max: SESSIONS_REMEMBERED,
    ttl: REMEMBERED_MS,
    // Forgetting must not fail who is being looked up; what is found then is not remembered.
    ignoreFetchAbort: true,
    fetchMethod: async (tokenHash) => (await this.sessions.findByHash(tokenHash)) ?? NOBODY,
  });

  constructor(
    private readonly sessions: SessionRepository,
    private readonly clock: Clock,
  ) {}

  /** The session of a cookie; undefined when it is over, or its person may not sign in any more. */
  async identify(token: string): Promise<PersonSession | undefined> {
    const found = await this.remembered.fetch(hashToken(token));
    const now = this.clock.now();
    if (!found || found === NOBODY || found.person.disabledAt) return undefined;
    if (found.expiresAt <= now || found.lastUsedAt <= idleSince(now)) return undefined;
    await this.noteUse(found, now);
    return found;
  }

  open(personId: string, method: SignInMethod, visitor: Visitor): Promise<{ token: string; session: Session }> {
    return this.sessions.create(personId, method, visitor, this.clock.now());
  }

  list(personId: string): Promise<Session[]> {
    return this.sessions.list(personId, this.clock.now());
  }

  /** That of a cookie, whoever's it is. */
  async endByToken(token: string): Promise<void> {
    await this.sessions.endByHash(hashToken(token));
    this.forget();
  }

  /** False when the person has no such session. */
  async end(personId: string, id: string): Promise<boolean> {
    const isEnded = await this.sessions.end(personId, id);
    this.forget();
    return isEnded;
  }

  /** All of the person's but one. */
  async endOthers({ personId, id }: Session): Promise<void> {
    await this.sessions.endOthers(personId, id);
    this.forget();
  }

  /** Sessions were ended, or people changed: what is remembered may be old. */
  forget(): void {
    void afterCommit(() => this.remembered.clear());
  }

  private async noteUse(session: PersonSession, now: Date): Promise<void> {
    if (now.getTime() - session.lastUsedAt.getTime() < LAST_USED_GRAIN_MS) return;
    session.lastUsedAt = now;
    await this.sessions.noteUse(session.id, now);
  }
}
