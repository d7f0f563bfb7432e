import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { AuditTrail } from '#audit';
import type { Caller } from '#tenants';

type Alongside<T> = (tx: EntityManager, stored: T) => Promise<void>;

/** What was stored, as the audit log tells it. */
interface Sent {
  id: string;
  tenant_id: string;
}

/** What a person sends is told by the audit log as well, whichever door it comes in by; what a service sends, by the message alone. */
@Injectable()
export class SendsByHand {
  constructor(private readonly trail: AuditTrail) {}

  /** What is durable together with what is sent: the answer, where it is to be remembered, and the entry of a person. */
  alongside<T>(
    { actor }: Caller,
    action: string,
    toSent: (stored: T) => Sent,
    remember: Alongside<T> | undefined,
  ): Alongside<T> | undefined {
    if (actor.kind !== 'person') return remember;
    return async (tx, stored) => {
      await remember?.(tx, stored);
      const after = toSent(stored);
      await this.trail.record(tx, { tenantId: after.tenant_id, actor, action, objectId: after.id, after });
    };
  }
}
