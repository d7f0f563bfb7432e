import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import type { MessageError } from './whatsapp-message.entity.ts';

export const HOLD_SCOPES = ['token', 'app', 'waba', 'number', 'template'] as const;
export type HoldScope = (typeof HOLD_SCOPES)[number];

/**
 * Something that Meta stopped (class STOP) or throttles as a whole (SLOW): nothing in the scope is sent but one probe now
 * and then, until a probe gets through or somebody releases it.
 */
@Entity('send_holds')
@Index('send_holds_open', ['scope', 'scopeKey'], { unique: true, where: 'released_at IS NULL' })
@Index('send_holds_released', ['scope', 'scopeKey', 'releasedAt'])
export class SendHold {
  @PrimaryColumn('uuid')
  id: string;

  @Column('varchar')
  scope: HoldScope;

  /** Which token, app, account, number or template. */
  @Column('varchar')
  scopeKey: string;

  /** The refusal that began it: what happened and what to do. */
  @Column('jsonb')
  error: MessageError;

  @Column('timestamptz', { default: () => 'now()' })
  heldAt: Date;

  /** When the next message is let through to see whether it works again. */
  @Column('timestamptz')
  probeAt: Date;

  @Column('int', { default: 0 })
  probes: number;

  @Column('timestamptz', { nullable: true })
  releasedAt: Date | null;

  @Column('varchar', { nullable: true })
  releasedBy: 'probe' | 'admin' | 'webhook' | null;
}
