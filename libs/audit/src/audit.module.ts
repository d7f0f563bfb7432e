import { Global, Module } from '@nestjs/common';

import { AuditTrail } from './audit.trail.ts';
import { AuditEntryRepository } from './audit-entry.repository.ts';

const offered = [AuditTrail, AuditEntryRepository];

/** Who changed what, who was given what, and who was refused. Global, since whoever changes something writes it down. */
@Global()
@Module({ providers: offered, exports: offered })
export class AuditModule {}
