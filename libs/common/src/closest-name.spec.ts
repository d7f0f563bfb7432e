import { describe, expect, it } from '@jest/globals';

import { closestName, closestNames } from './closest-name.ts';

describe(closestName.name, () => {
  it.each([
    ['recipent', 'recipient'],
    ['Template', 'template'],
    ['sendAt', 'send_at'],
    ['expires_a', 'expires_at'],
  ])('takes %s for %s', (typed, meant) => {
    expect(closestName(typed, ['recipient', 'template', 'send_at', 'expires_at'])).toBe(meant);
  });

  it('takes the nearest when several are near', () => {
    expect(closestName('sent_at', ['send_at', 'set_at_', 'sent_to'])).toBe('send_at');
  });

  it('suggests nothing for a name that is like none', () => {
    expect(closestName('colour', ['template', 'to'])).toBeUndefined();
  });

  it('suggests nothing when there is nothing to suggest', () => {
    expect(closestName('x', [])).toBeUndefined();
  });
});

describe(closestNames.name, () => {
  it('gives every name that is near enough, the nearest first', () => {
    expect(closestNames('po_notificaton', ['po_notifications', 'hello_world', 'po_notification'])).toEqual([
      'po_notification',
      'po_notifications',
    ]);
  });
});
