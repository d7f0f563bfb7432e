import { describe, expect, it } from '@jest/globals';

import { canMove, DELIVERY_STATUSES, type DeliveryStatus, isAnswered } from './delivery-status.ts';

describe(canMove.name, () => {
  it.each<[DeliveryStatus, DeliveryStatus[]]>([
    ['PENDING', ['SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED']],
    ['SENT', ['DELIVERED', 'READ', 'FAILED']],
    ['DELIVERED', ['READ']],
    ['READ', []],
    ['FAILED', ['PENDING', 'DELIVERED', 'READ']],
    ['CANCELLED', ['SENT', 'DELIVERED', 'READ', 'FAILED']],
    ['RECEIVED', []],
  ])('lets %s become %p and nothing else', (from, expected) => {
    const reachable = DELIVERY_STATUSES.filter((to) => canMove(from, to));

    expect(new Set(reachable)).toEqual(new Set(expected));
  });
});

describe(isAnswered.name, () => {
  it('is true of every status but PENDING', () => {
    expect(DELIVERY_STATUSES.filter((status) => !isAnswered(status))).toEqual(['PENDING']);
  });
});
