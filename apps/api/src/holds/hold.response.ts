import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import { HOLD_SCOPES, type HoldScope, type SendHold } from '#messages';

@ApiSchema({ name: 'Hold' })
export class HoldResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: HOLD_SCOPES }) scope: HoldScope;
  @ApiProperty({ description: 'Which account, number or template; of a token, its fingerprint.' }) scope_key: string;
  @ApiProperty({ enum: ['STOP', 'SLOW'] }) class: string;
  @ApiProperty({ example: '190', description: "Meta's code." }) code: string;
  @ApiProperty() title: string;
  @ApiProperty({ type: String, nullable: true }) details: string | null;
  @ApiProperty({ description: 'What to do.' }) action: string;
  @ApiProperty({ format: 'date-time' }) held_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When one message tries it again.' })
  next_probe_at: string | null;
  @ApiProperty({ description: 'Messages that tried it so far.' }) probes: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) released_at: string | null;
  @ApiProperty({ enum: ['probe', 'admin', 'webhook'], nullable: true }) released_by: string | null;
}

export function toHoldResponse(hold: SendHold): HoldResponse {
  const { error, releasedAt } = hold;
  return {
    id: hold.id,
    scope: hold.scope,
    scope_key: hold.scopeKey,
    class: error.class,
    code: error.code,
    title: error.title,
    details: error.details,
    action: error.action,
    held_at: hold.heldAt.toISOString(),
    next_probe_at: releasedAt ? null : hold.probeAt.toISOString(),
    probes: hold.probes,
    released_at: releasedAt?.toISOString() ?? null,
    released_by: hold.releasedBy,
  };
}
