import { SetMetadata } from '@nestjs/common';

import type { Scope } from '../api-keys/api-key.entity.ts';

export const REQUIRED_SCOPE = 'palomar:required-scope';
export const PUBLIC = 'palomar:public';
export const FOR_PEOPLE = 'palomar:for-people';

/** The scope that a caller's API key, or the role of the person, must have. */
export const RequireScope = (scope: Scope) => SetMetadata(REQUIRED_SCOPE, scope);

/** Nobody is asked who they are: Meta's webhooks, the health checks, the sign-in. */
export const Public = () => SetMetadata(PUBLIC, true);

/** For whoever is signed in, whatever their role, and for no API key. */
export const ForPeople = () => SetMetadata(FOR_PEOPLE, true);
