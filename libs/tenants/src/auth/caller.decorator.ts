import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import { AppError, isUuid, ValidationError } from '#common';

import type { AuthenticatedRequest } from './api-key.guard.ts';
import type { Caller } from './caller.ts';

/** Whose API key it is. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<AuthenticatedRequest>().caller,
);

/** @throws AppError 403 for a tenant's key where only a platform key will do, because tenants are mixed there */
export function assertPlatform({ tenantId }: Caller): void {
  if (tenantId === null) return;
  throw new AppError(
    403,
    'platform-key-required',
    'This needs a platform key: it shows or changes what belongs to every tenant.',
  );
}

/**
 * The tenant a request acts for, in lower case: the key's own, or the one that a platform key names in `field`.
 * @throws ValidationError 422 when a platform key names none; AppError 403 when a tenant's key names another tenant
 */
export function tenantOf(caller: Caller, named: string | undefined, field = 'tenant_id'): string {
  if (caller.tenantId === null) {
    if (isUuid(named)) return named.toLowerCase();
    const fault = named ? 'must be a UUID' : 'is required with a platform key';
    throw new ValidationError([{ field, message: `${fault}: the tenant to act for` }], 'tenant-required');
  }
  if (named !== undefined && named.toLowerCase() !== caller.tenantId) {
    throw new AppError(
      403,
      'tenant-foreign',
      `This API key belongs to another tenant than ${field} names; leave ${field} out.`,
    );
  }
  return caller.tenantId;
}
