import { SetMetadata } from '@nestjs/common';

import type { Scope } from '../api-keys/api-key.entity.ts';

export const REQUIRED_SCOPE = 'palomar:required-scope';
export const PUBLIC = 'palomar:public';

/** The scope a caller's API key must have. */
export const RequireScope = (scope: Scope) => SetMetadata(REQUIRED_SCOPE, scope);

/** No API key is asked for: Meta's webhooks and the health checks. */
export const Public = () => SetMetadata(PUBLIC, true);
