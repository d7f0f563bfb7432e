import { describe, expect, it } from '@jest/globals';

import { withoutMentions } from './mentions.ts';

const HER = '34612345678';
const without = (value: unknown) => withoutMentions(value, [HER]);

describe(withoutMentions.name, () => {
  it('leaves a value that mentions nobody as it is', () => {
    const value = { entry: [{ id: 1, changes: [], field: null }], ok: true };

    expect(without(value)).toEqual(value);
  });

  it('takes the innermost elements that mention somebody, and leaves those of others', () => {
    const value = {
      contacts: [{ wa_id: HER }, { wa_id: '2' }],
      messages: [
        { from: HER, text: { body: 'Hola' } },
        { from: '2', text: { body: 'Hola' } },
      ],
    };

    expect(without({ entry: [{ changes: [{ value }] }] })).toEqual({
      entry: [
        { changes: [{ value: { contacts: [{ wa_id: '2' }], messages: [{ from: '2', text: { body: 'Hola' } }] } }] },
      ],
    });
  });

  it('takes along what is empty without them', () => {
    const alone = { entry: [{ changes: [{ value: { metadata: { id: 1 }, contacts: [{ wa_id: HER }] } }] }] };
    const other = { changes: [{ value: { statuses: [{ id: 'wamid.1' }] } }] };

    expect(without(alone)).toBeUndefined();
    expect(without({ entry: [...alone.entry, other] })).toEqual({ entry: [other] });
  });

  it.each([Number(HER), `tel:+${HER}`, { deep: { er: HER } }, [HER]])('finds somebody in %j', (value) => {
    expect(without(value)).toBeUndefined();
  });

  it('does not run out of stack', () => {
    const hostile = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;

    expect(without({ list: [hostile, 1] })).toEqual({ list: [1] });
  });
});
