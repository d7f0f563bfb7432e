import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { DataSource, LessThanOrEqual } from 'typeorm';

import { queryRows } from '#common';

import { ProviderSignIn } from './provider-sign-in.entity.ts';

const TEN_MINUTES_MS = 600_000;

@Injectable()
export class ProviderSignInRepository {
  constructor(private readonly dataSource: DataSource) {}

  async store(state: string, on: Omit<ProviderSignIn, 'stateHash' | 'expiresAt'>, now: Date): Promise<Date> {
    const expiresAt = new Date(now.getTime() + TEN_MINUTES_MS);
    await this.dataSource.manager.insert(ProviderSignIn, { ...on, stateHash: hashState(state), expiresAt });
    return expiresAt;
  }

  /** It is gone then: a sign-in ends once. */
  async take(state: string, now: Date): Promise<Omit<ProviderSignIn, 'stateHash' | 'expiresAt'> | undefined> {
    const [taken] = await queryRows<Omit<ProviderSignIn, 'stateHash' | 'expiresAt'>>(
      this.dataSource,
      `DELETE FROM provider_sign_ins WHERE state_hash = $1 AND expires_at > $2
       RETURNING nonce, code_verifier AS "codeVerifier", return_to AS "returnTo"`,
      [hashState(state), now],
    );
    return taken;
  }

  async removeExpired(now: Date): Promise<void> {
    await this.dataSource.manager.delete(ProviderSignIn, { expiresAt: LessThanOrEqual(now) });
  }
}

function hashState(state: string): string {
  return hash('sha256', state);
}
