import { describe, expect, it } from '@jest/globals';

import { AppError, ValidationError } from '#common';

import { SCOPES } from '../api-keys/api-key.entity.ts';
import { tenantAskedFor, tenantOf } from './caller.decorator.ts';
import type { Actor, Caller } from './caller.ts';

const OURS = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
const ANOTHERS = '0192f0c1-2b3c-7d4e-8f50-6172839405a7';

const actor: Actor = { kind: 'api-key', id: '0192f0c1-2b3c-7d4e-8f50-6172839405a8', name: 'warehouse' };
const platform: Caller = { tenantId: null, scopes: SCOPES, actor };
const tenant: Caller = { tenantId: OURS, scopes: SCOPES, actor };

function refusalOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (refusal) {
    return refusal;
  }
}

describe(tenantOf.name, () => {
  it.each([
    ['none', undefined],
    ['null', null],
    ['itself', OURS],
    ['itself in capitals', OURS.toUpperCase()],
  ])('is the tenant of its key when the request names %s', (_what, named) => {
    expect(tenantOf(tenant, named)).toBe(OURS);
  });

  it.each([ANOTHERS, 'PO-2024-001', '', 5, [OURS], {}])('refuses a tenant’s key that names the foreign %j', (named) => {
    const refusal = refusalOf(() => tenantOf(tenant, named));

    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ status: 403, code: 'tenant-foreign' });
  });

  it('is the tenant that a platform key names, in lower case', () => {
    expect(tenantOf(platform, OURS.toUpperCase())).toBe(OURS);
  });

  it.each([
    [undefined, 'is required with a platform key: the tenant to act for'],
    ['', 'is required with a platform key: the tenant to act for'],
    ['PO-2024-001', 'must be a UUID: the tenant to act for'],
  ])('refuses a platform key that names %p, with the field to mend', (named, message) => {
    const refusal = refusalOf(() => tenantOf(platform, named, 'data.tenant_id'));

    expect(refusal).toBeInstanceOf(ValidationError);
    expect(refusal).toMatchObject({
      status: 422,
      code: 'tenant-required',
      errors: [{ field: 'data.tenant_id', message }],
    });
  });
});

describe(tenantAskedFor.name, () => {
  it.each([undefined, null])('is every tenant for a platform key that names %p', (named) => {
    expect(tenantAskedFor(platform, named)).toBeUndefined();
  });

  it('is the one that a platform key names, and no other than its own for a tenant’s', () => {
    expect(tenantAskedFor(platform, OURS.toUpperCase())).toBe(OURS);
    expect(tenantAskedFor(tenant, undefined)).toBe(OURS);
    expect(() => tenantAskedFor(tenant, ANOTHERS)).toThrow(AppError);
  });
});
