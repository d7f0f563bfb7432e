import type { IncomingMessage } from 'node:http';

import { Injectable } from '@nestjs/common';

import { AppError } from '#common';

import { ApiKeyService } from '../api-keys/api-key.service.ts';
import { SCOPES_OF } from '../people/role.ts';
import { SessionCookie } from '../sessions/cookies.ts';
import { assertOwnPage } from '../sessions/csrf.ts';
import type { PersonSession } from '../sessions/session.repository.ts';
import { SessionService } from '../sessions/session.service.ts';
import { apiKeyOf } from './api-key-of.ts';
import type { Caller } from './caller.ts';

export type IncomingRequest = Pick<IncomingMessage, 'method' | 'headers'>;

/** Who sends a request: whoever the API key stands for, else the person whose session's cookie it carries. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly sessions: SessionService,
    private readonly cookie: SessionCookie,
  ) {}

  /**
   * The caller.
   * @throws AppError 401 without a valid key or session; 403 for a page of another origin, or while the password is one that
   * somebody else knows
   */
  async identify(request: IncomingRequest): Promise<Caller> {
    const key = apiKeyOf(request.headers);
    if (key !== undefined) {
      const caller = await this.keys.identify(key);
      if (!caller) throw new AppError(401, 'api-key-invalid', 'The API key is unknown, revoked or expired.');
      return caller;
    }
    const session = await this.findSession(request);
    if (!session) throw this.nothingGiven();
    if (session.method === 'password' && session.person.passwordIsTemporary) throw passwordToBeChanged();
    return callerOf(session);
  }

  /** The caller, where the request comes with a key that was good a moment ago; undefined says nothing: `identify` knows. */
  recall({ headers }: IncomingRequest): Caller | undefined {
    const key = apiKeyOf(headers);
    return key === undefined ? undefined : this.keys.recall(key);
  }

  /**
   * The session of a route that is about the person who is signed in.
   * @throws AppError 401 without one; 403 for a page of another origin
   */
  async session(request: IncomingRequest): Promise<PersonSession> {
    const session = await this.findSession(request);
    if (session) return session;
    throw new AppError(
      401,
      'session-missing',
      'Nobody is signed in; sign in with POST /api/v1/auth/sign-in. API keys are of no use here.',
    );
  }

  /** @throws AppError 401 for a session that is over, 403 */
  private async findSession({ method, headers }: IncomingRequest): Promise<PersonSession | undefined> {
    const token = this.cookie.read(headers);
    if (token === undefined) return undefined;
    const session = await this.sessions.identify(token);
    if (!session) throw new AppError(401, 'session-over', 'Your session is over; sign in again.');
    assertOwnPage(method, headers, token);
    return session;
  }

  private nothingGiven(): AppError {
    const how = 'Send "Authorization: Bearer <api key>" or "X-API-Key: <api key>"; people sign in';
    return new AppError(
      401,
      'api-key-missing',
      `No API key was given, and no session. ${how} at /api/v1/auth/sign-in.`,
    );
  }
}

/** What a person may do, and the name that records give them. */
export function callerOf({ person: { id, name, tenantId, role } }: PersonSession): Caller {
  return { tenantId, scopes: SCOPES_OF[role], actor: { kind: 'person', id, name } };
}

function passwordToBeChanged(): AppError {
  const message = 'Somebody else knows your password: choose one of your own with POST /api/v1/auth/password first.';
  return new AppError(403, 'password-change-required', message);
}
