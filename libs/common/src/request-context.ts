import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';

/** Whose rows work may see in the database: a tenant's, everybody's, or nobody's. */
export type TenantScope = { tenantId: string } | 'everybody' | 'nobody';

/** What is being answered. */
export interface RequestContext {
  id: string;
  request: IncomingMessage;
}

interface Context {
  /** Undefined for work that no request began. */
  answering?: RequestContext | undefined;
  tenants: TenantScope;
}

const contexts = new AsyncLocalStorage<Context>();

/**
 * Everything `work` starts belongs to this request: its log lines, errors and audit entries name it, and the database shows it
 * nobody's rows until `admit` says whose they are.
 */
export function runInRequest(answering: RequestContext, work: () => void): void {
  contexts.run({ answering, tenants: 'nobody' }, work);
}

/** Undefined for what no request began. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore()?.answering;
}

/** From here on the request sees this tenant's rows; null: everybody's. */
export function admit(tenantId: string | null): void {
  const context = contexts.getStore();
  if (!context) throw new Error('Only a request admits its caller');
  context.tenants = tenantId === null ? 'everybody' : { tenantId };
}

/** Does something as a tenant, who sees and writes nobody else's rows. */
export function forTenant<T>(tenantId: string, work: () => T): T {
  return contexts.run({ ...contexts.getStore(), tenants: { tenantId } }, work);
}

/**
 * Does something for all tenants, whoever asks for it: what belongs to none of them, or is shared. Work outside of requests
 * needs no such word.
 */
export function forEverybody<T>(work: () => T): T {
  return contexts.run({ ...contexts.getStore(), tenants: 'everybody' }, work);
}

export function currentTenants(): TenantScope {
  return contexts.getStore()?.tenants ?? 'everybody';
}

export function currentRequestId(): string | undefined {
  return currentRequest()?.id;
}
