import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import type { BatchProgress, MessageBatch } from '#messages';

@ApiSchema({ name: 'Batch' })
export class BatchResponse {
  @ApiProperty({ format: 'uuid' }) batch_id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty({ description: 'Messages that were taken; the counts below are theirs.' }) accepted: number;
  @ApiProperty({ description: 'Messages that were refused when the bulk was sent, and never stored.' })
  rejected: number;
  @ApiProperty({ description: 'Not sent yet.' }) pending: number;
  @ApiProperty({ description: 'SENT, and not known to be delivered yet.' }) sent: number;
  @ApiProperty({ description: 'DELIVERED, and not known to be read.' }) delivered: number;
  @ApiProperty() read: number;
  @ApiProperty() failed: number;
  @ApiProperty() cancelled: number;
  @ApiProperty({ format: 'date-time' }) created_at: string;
}

export function toBatchResponse(batch: MessageBatch, progress: BatchProgress): BatchResponse {
  return {
    batch_id: batch.id,
    tenant_id: batch.tenantId,
    accepted: batch.accepted,
    rejected: batch.rejected,
    pending: progress.PENDING,
    sent: progress.SENT,
    delivered: progress.DELIVERED,
    read: progress.READ,
    failed: progress.FAILED,
    cancelled: progress.CANCELLED,
    created_at: batch.createdAt.toISOString(),
  };
}
