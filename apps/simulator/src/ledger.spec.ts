import { describe, expect, it } from '@jest/globals';

import { Ledger, type LedgerEntry } from './ledger.ts';

const anEntry = (wamid: string): LedgerEntry => ({
  wamid,
  phoneNumberId: '1',
  recipient: { input: '+34 600', waId: '34600', userId: 'ES.1' },
  type: 'text',
  category: 'service',
  opaque: `ours-${wamid}`,
  rawBody: '{"type":"text"}',
  text: 'Hola',
  acceptedAt: 0,
  statuses: [],
});

describe(Ledger.name, () => {
  it('forgets the oldest when it is full, and goes on counting', () => {
    const ledger = new Ledger(2);

    for (const wamid of ['a', 'b', 'c']) ledger.add(anEntry(wamid));

    expect(ledger.view().map(({ wamid }) => wamid)).toEqual(['b', 'c']);
    expect(ledger.accepted).toBe(3);
    expect(ledger.find({ wamid: 'a' })).toBeUndefined();
  });

  it('finds a message by either id, and by either form of the recipient', () => {
    const ledger = new Ledger(10);
    ledger.add(anEntry('a'));

    expect(ledger.find({ opaque: 'ours-a' })?.wamid).toBe('a');
    expect(ledger.find({})).toBeUndefined();
    expect(ledger.view({ to: '34600' })).toHaveLength(1);
    expect(ledger.view({ to: '+34 600' })).toHaveLength(1);
    expect(ledger.view({ to: '+34 601' })).toEqual([]);
  });
});
