import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import { AppError, isUuid, ValidationError } from '#common';

import type { PersonSession } from '../sessions/session.repository.ts';
import type { AuthenticatedRequest } from './caller.guard.ts';
import type { Caller } from './caller.ts';

/** Who calls. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<AuthenticatedRequest>().caller,
);

/** Who is signed in, and in which session, on routes that are for people. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext): PersonSession => {
  const { session } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!session) throw new Error('CurrentSession needs a handler that is for people');
  return session;
});

/** @throws AppError 403 for a tenant's caller where only the platform's will do, because tenants are mixed there */
export function assertPlatform({ tenantId, actor }: Caller): void {
  if (tenantId === null) return;
  const needed = actor.kind === 'person' ? 'the role platform-admin' : 'a platform key';
  throw new AppError(
    403,
    'platform-key-required',
    `This needs ${needed}: it shows or changes what belongs to every tenant.`,
  );
}

/**
 * The tenant a request acts for, in lower case: the caller's own, or the one that the platform names in `field`, of which
 * nobody need have said yet that it is text.
 * @throws ValidationError 422 when the platform names none; AppError 403 when a tenant's caller names another tenant
 */
export function tenantOf(caller: Caller, named: unknown, field = 'tenant_id'): string {
  const isPerson = caller.actor.kind === 'person';
  if (caller.tenantId === null) {
    if (isUuid(named)) return named.toLowerCase();
    const fault = named ? 'must be a UUID' : `is required ${isPerson ? 'of a platform-admin' : 'with a platform key'}`;
    throw new ValidationError([{ field, message: `${fault}: the tenant to act for` }], 'tenant-required');
  }
  if (isNamed(named) && !(isUuid(named) && named.toLowerCase() === caller.tenantId)) {
    throw new AppError(
      403,
      'tenant-foreign',
      `${isPerson ? 'You belong' : 'This API key belongs'} to another tenant than ${field} names; leave ${field} out.`,
    );
  }
  return caller.tenantId;
}

/** The same where the platform need name none; undefined then stands for every tenant. */
export function tenantAskedFor(caller: Caller, named: unknown): string | undefined {
  return caller.tenantId === null && !isNamed(named) ? undefined : tenantOf(caller, named);
}

function isNamed(tenant: unknown): boolean {
  return tenant !== undefined && tenant !== null;
}
