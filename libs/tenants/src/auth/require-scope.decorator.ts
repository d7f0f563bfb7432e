import { SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

import type { Scope } from '../api-keys/api-key.entity.ts';

const REQUIRED_SCOPE = 'palomar:required-scope';
const PUBLIC = 'palomar:public';
const FOR_PEOPLE = 'palomar:for-people';

/** What a route asks of its caller: nothing, that a person is signed in, or a scope. */
export type Access = 'public' | 'signed-in' | Scope;

/** The scope that a caller's API key, or the role of the person, must have. */
export const RequireScope = (scope: Scope) => SetMetadata(REQUIRED_SCOPE, scope);

/** Nobody is asked who they are: Meta's webhooks, the health checks, the sign-in. */
export const Public = () => SetMetadata(PUBLIC, true);

/** For whoever is signed in, whatever their role, and for no API key. */
export const ForPeople = () => SetMetadata(FOR_PEOPLE, true);

/** What a route asks of its caller, by its handler and then its controller. */
export function accessTo(reflector: Reflector, targets: Parameters<Reflector['getAllAndOverride']>[1]): Access {
  if (reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return 'public';
  if (reflector.getAllAndOverride<boolean>(FOR_PEOPLE, targets)) return 'signed-in';
  // A handler that names no scope needs `admin`, so none is open by oversight.
  return reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, targets) ?? 'admin';
}
