import type { Scope } from '../api-keys/api-key.entity.ts';

/** Who did something, as the record of it names them. */
export interface Actor {
  kind: 'api-key' | 'person' | 'environment';
  /** Of the key or the person; null for the key of the environment. */
  id: string | null;
  name: string;
}

/** Who calls, and what they may do. */
export interface Caller {
  /** Null: one of the platform's own, who names the tenant in each request. */
  tenantId: string | null;
  scopes: readonly Scope[];
  actor: Actor;
  /** A limit of its own, 0 for none; undefined: that of all keys. */
  requestsPerMinute?: number;
}
