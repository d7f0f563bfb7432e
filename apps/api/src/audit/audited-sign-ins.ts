import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { type AuditActor, AuditTrail, type NewAuditEntry } from '#audit';
import { type SignInEvent, SignInJournal } from '#tenants';

/** Sign-ins as the audit log tells them: sessions that were started, ended, or refused. */
@Injectable()
export class AuditedSignIns extends SignInJournal {
  private readonly logger = new Logger(AuditedSignIns.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly trail: AuditTrail,
  ) {
    super();
  }

  async record(event: SignInEvent): Promise<void> {
    if (event.kind === 'locked') {
      // It costs nothing to try, so whoever guesses would fill the log.
      this.logger.warn({ message: 'A sign-in is locked', personId: event.person?.id, address: event.address });
      return;
    }
    const { person, method } = event;
    await this.trail.record(this.dataSource, {
      tenantId: person?.tenantId ?? null,
      actor: actorOf(event),
      ...WHAT[event.kind],
      objectId: person?.id ?? null,
      after: { method },
    });
  }
}

const WHAT: Record<'signed-in' | 'signed-out' | 'refused', Pick<NewAuditEntry, 'action' | 'outcome' | 'code'>> = {
  'signed-in': { action: 'session.started' },
  'signed-out': { action: 'session.ended' },
  refused: { action: 'session.started', outcome: 'refused', code: 'sign-in-refused' },
};

/** Whoever is refused has proved nothing: the entry names who they said they are. */
function actorOf({ kind, person, email }: SignInEvent): AuditActor {
  if (person && kind !== 'refused') return { kind: 'person', id: person.id, name: person.name };
  return { kind: 'anonymous', id: null, name: email === null ? 'somebody' : masked(email) };
}

/** `a…@example.com` */
function masked(email: string): string {
  return email.replace(/^(.)[^@]*/, '$1…');
}
