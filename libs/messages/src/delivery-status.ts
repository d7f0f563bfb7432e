/** Where a message is on its way. Meta's lower-case words are mapped once, in `status.mapper.ts`. */
export const DELIVERY_STATUSES = ['PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED', 'RECEIVED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a PENDING message has not left yet. */
export const PENDING_REASONS = [
  'queued',
  'scheduled',
  'throttled',
  'retrying',
  'held',
  'sending',
  'unconfirmed',
] as const;
export type PendingReason = (typeof PENDING_REASONS)[number];

/** What Meta can say of a message we sent. */
export type ReportedStatus = 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';

const NEXT: Record<DeliveryStatus, readonly DeliveryStatus[]> = {
  PENDING: ['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'],
  SENT: ['DELIVERED', 'READ', 'FAILED'],
  DELIVERED: ['READ'],
  READ: [],
  // Evidence of delivery outweighs a failure reported before it; PENDING is an admin's retry.
  FAILED: ['DELIVERED', 'READ', 'PENDING'],
  // A message cancelled while its answer was lost may turn out to have been sent, and then to have failed.
  CANCELLED: ['SENT', 'DELIVERED', 'READ', 'FAILED'],
  RECEIVED: [],
};

export function canMove(from: DeliveryStatus, to: DeliveryStatus): boolean {
  return NEXT[from].includes(to);
}

/** No automatic change follows any more, as far as we can know: `Prefer: wait` and the legacy facade answer here. */
export function isAnswered(status: DeliveryStatus): boolean {
  return status !== 'PENDING';
}
