export { AuditModule } from './audit.module.ts';
export { type AuditActor, AuditTrail, type NewAuditEntry } from './audit.trail.ts';
export { ACTOR_KINDS, type ActorKind, AuditEntry, type Outcome, OUTCOMES } from './audit-entry.entity.ts';
export { AuditEntryRepository, type AuditFilter } from './audit-entry.repository.ts';
export { type ChainReport, type Link, verifyChain } from './chain.ts';
