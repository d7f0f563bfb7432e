import type { SignInMethod } from '../sessions/session.entity.ts';

/** Somebody signed in or out, or tried to. */
export interface SignInEvent {
  kind: 'signed-in' | 'signed-out' | 'refused' | 'locked';
  method: SignInMethod;
  /** Null when nobody is known by what was given. */
  person: { id: string; tenantId: string | null; name: string } | null;
  /** What was typed, or what the identity provider says; null when neither got that far. */
  email: string | null;
  address: string;
}

/** Where sign-ins are written down. */
export abstract class SignInJournal {
  abstract record(event: SignInEvent): Promise<void>;
}
