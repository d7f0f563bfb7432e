import { Injectable } from '@nestjs/common';

import { AppError, Clock } from '#common';

import type { Person } from '../people/person.entity.ts';
import { PersonRepository } from '../people/person.repository.ts';
import type { Visitor } from '../sessions/session.repository.ts';
import { IdentityProvider, type ProvidedIdentity } from './identity-provider.ts';
import { ProviderSignInRepository } from './provider-sign-in.repository.ts';
import { type SignedIn, SignInService } from './sign-in.service.ts';
import { SignInJournal } from './sign-in-journal.ts';

/**
 * Signing in at the identity provider. It says who somebody is; what they may do is said here: they must have been made by an
 * admin before, because no claim of a provider names a tenant and a role of ours.
 */
@Injectable()
export class ProviderSignInService {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly signIns: ProviderSignInRepository,
    private readonly people: PersonRepository,
    private readonly signInService: SignInService,
    private readonly journal: SignInJournal,
    private readonly clock: Clock,
  ) {}

  get isOffered(): boolean {
    return this.provider.isConfigured;
  }

  /** The provider's page, and what the browser has to bring back until then. */
  async begin(returnTo: string): Promise<{ url: string; state: string; expiresAt: Date }> {
    const { url, state, nonce, codeVerifier } = await this.provider.begin();
    const expiresAt = await this.signIns.store(state, { nonce, codeVerifier, returnTo }, this.clock.now());
    return { url, state, expiresAt };
  }

  /**
   * @param state what the browser that began brought back; another browser has none
   * @throws AppError 401 when this ends no sign-in that was begun in this browser; 403 when nobody here is that person
   */
  async finish(query: string, state: string | undefined, visitor: Visitor): Promise<SignedIn & { returnTo: string }> {
    const begun = state === undefined ? undefined : await this.signIns.take(state, this.clock.now());
    if (state === undefined || !begun) {
      throw new AppError(
        401,
        'provider-sign-in-unknown',
        'This browser began no such sign-in, or more than ten minutes ago; begin again at GET /api/v1/auth/oidc.',
      );
    }
    const provided = await this.provider.finish(query, { ...begun, state });
    const person = await this.personOf(provided);
    if (!person || person.disabledAt) {
      const { email = null } = provided;
      await this.journal.record({ kind: 'refused', method: 'provider', person, email, address: visitor.address });
      throw refused(provided);
    }
    return { ...(await this.signInService.enter(person, 'provider', visitor)), returnTo: begun.returnTo };
  }

  /** Whoever was here with this identity before; else whoever has the verified e-mail address and no identity yet. */
  private async personOf({ identity, email, isEmailVerified }: ProvidedIdentity): Promise<Person | null> {
    const known = await this.people.findByIdentity(identity);
    if (known || email === undefined || !isEmailVerified) return known;
    const invited = await this.people.findByEmail(email);
    if (!invited || invited.disabledAt) return invited;
    return (await this.people.bind(invited.id, identity)) ? invited : null;
  }
}

function refused({ isEmailVerified }: ProvidedIdentity): AppError {
  const why = isEmailVerified
    ? 'No active account here is yours: an admin makes one with your e-mail address, or resets the one that another identity uses.'
    : 'The identity provider has not verified your e-mail address; verify it there first.';
  return new AppError(403, 'person-unknown', why);
}
