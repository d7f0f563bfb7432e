import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sign-in that is on its way through the identity provider; it is taken once. */
@Entity('provider_sign_ins')
@Index('provider_sign_ins_expiry', ['expiresAt'])
export class ProviderSignIn {
  /** SHA-256 of the `state` that goes to the provider and back, and is in the browser's cookie. */
  @PrimaryColumn('varchar')
  stateHash: string;

  @Column('varchar')
  nonce: string;

  /** The secret half of PKCE. */
  @Column('varchar')
  codeVerifier: string;

  /** The page to go to afterwards. */
  @Column('varchar')
  returnTo: string;

  @Column('timestamptz')
  expiresAt: Date;
}
