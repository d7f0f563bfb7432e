import type { Scope } from '../api-keys/api-key.entity.ts';
import { SCOPES } from '../api-keys/api-key.entity.ts';

/** From the least to the most; each may do what the ones before it may. */
export const PEOPLE_ROLES = ['viewer', 'operator', 'admin', 'platform-admin'] as const;
export type PersonRole = (typeof PEOPLE_ROLES)[number];

const READING: readonly Scope[] = ['messages:read', 'templates:read', 'statistics:read'];

/** What a person of the role may do: in their tenant, or, as platform-admin, in every one. */
export const SCOPES_OF: Readonly<Record<PersonRole, readonly Scope[]>> = {
  viewer: READING,
  operator: [...READING, 'messages:send'],
  admin: SCOPES,
  'platform-admin': SCOPES,
};
