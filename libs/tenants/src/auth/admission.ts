import type { IncomingMessage } from 'node:http';

import { Injectable } from '@nestjs/common';

import { admit, AppConfig, AppError, ClientAddress, forEverybody } from '#common';

import type { Scope } from '../api-keys/api-key.entity.ts';
import { ApiKeyService } from '../api-keys/api-key.service.ts';
import { type Quota, quotaHeaders, rateLimited } from '../rate-limit/quota.ts';
import { RequestQuotas } from '../rate-limit/request-quotas.ts';
import { Strangers } from '../rate-limit/strangers.ts';
import { TenantDirectory } from '../tenants/tenant.directory.ts';
import { apiKeyOf } from './api-key-of.ts';
import { Authenticator } from './authenticator.ts';
import type { Caller } from './caller.ts';

/** Takes headers that belong to the answer, whatever it will be. */
export type Tell = (headers: Record<string, string>) => void;

const BULK = 'Many messages fit into one request: POST /api/v1/whatsapp/messages/bulk.';

/** Who may come in. Every door asks here, so a rule about requests is written once. */
@Injectable()
export class Admission {
  constructor(
    private readonly config: AppConfig,
    private readonly authenticator: Authenticator,
    private readonly keys: ApiKeyService,
    private readonly quotas: RequestQuotas,
    private readonly strangers: Strangers,
    private readonly tenants: TenantDirectory,
    private readonly addresses: ClientAddress,
  ) {}

  /**
   * The caller, if they may do what `scope` names.
   * @throws AppError as `identify` and `assertMay`
   */
  async admit(request: IncomingMessage, scope: Scope, tell: Tell): Promise<Caller> {
    const caller = await this.identify(request, tell);
    this.assertMay(caller, scope);
    return caller;
  }

  /**
   * The caller, whose request counts against the limit of the key; from here on the database shows it what is the caller's.
   * @throws AppError as `Authenticator.identify`; 429 beyond a limit
   */
  async identify(request: IncomingMessage, tell: Tell): Promise<Caller> {
    // Most requests come with a key that was good a moment ago.
    const caller = this.authenticator.recall(request) ?? (await forEverybody(() => this.recognize(request, tell)));
    admit(caller.tenantId);
    const limit = this.limitOf(caller);
    if (limit) await this.count(limit, tell);
    return caller;
  }

  /** @throws AppError 403 without the scope or for a suspended tenant */
  assertMay(caller: Caller, scope: Scope): void {
    this.assertActive(caller);
    assertScope(caller, scope);
  }

  /** An address that showed too many wrong keys is heard no more, unless by a key that was good a moment ago. */
  private async recognize(request: IncomingMessage, tell: Tell): Promise<Caller> {
    const address = this.addresses.of(request) ?? 'unknown';
    const quota = this.strangers.quotaOf(address);
    const key = apiKeyOf(request.headers);
    if (quota?.remaining === 0 && (key === undefined || !this.keys.isKnown(key))) throw refuseStranger(quota, tell);
    try {
      return await this.authenticator.identify(request);
    } catch (refusal) {
      if (refusal instanceof AppError && refusal.status === 401) this.strangers.note(address);
      throw refusal;
    }
  }

  /** Keys that are stored have a limit; the key of the environment and people have none. */
  private limitOf({ actor, requestsPerMinute }: Caller): { keyId: string; perMinute: number } | undefined {
    const perMinute = requestsPerMinute ?? this.config.requestLimits.perKey;
    return actor.kind === 'api-key' && actor.id !== null && perMinute > 0 ? { keyId: actor.id, perMinute } : undefined;
  }

  private async count({ keyId, perMinute }: { keyId: string; perMinute: number }, tell: Tell): Promise<void> {
    const quota = await this.quotas.take(keyId, perMinute);
    tell(quotaHeaders(quota));
    if (!quota.granted) throw rateLimited(quota, 'This API key', BULK);
  }

  private assertActive({ tenantId }: Caller): void {
    if (tenantId === null || !this.tenants.isSuspended(tenantId)) return;
    throw new AppError(
      403,
      'tenant-suspended',
      'This tenant is suspended: its keys work again, and its messages go on, once the operator of Palomar resumes it.',
    );
  }
}

function assertScope({ actor, scopes }: Caller, scope: Scope): void {
  if (scopes.includes(scope)) return;
  const message =
    actor.kind === 'person'
      ? `Your role lacks the scope ${scope}; an admin can give you another one.`
      : `This API key lacks the scope ${scope}.`;
  throw new AppError(403, 'scope-missing', message);
}

function refuseStranger(quota: Quota, tell: Tell): AppError {
  tell(quotaHeaders(quota));
  return rateLimited(quota, 'An address without a valid API key', 'Check the key before you try again.');
}
