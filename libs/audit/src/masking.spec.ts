import { describe, expect, it } from '@jest/globals';

import { masked } from './masking.ts';

describe(masked.name, () => {
  it('hides secrets, whatever they are called or stand in', () => {
    const key = `pal_${'k'.repeat(43)}`;

    const shown = masked({ key, access_token: 'EAAG', app_secret: 's', verify_token: 'v', note: `was ${key}.` });

    expect(shown).toEqual({
      key: '[secret]',
      access_token: '[secret]',
      app_secret: '[secret]',
      verify_token: '[secret]',
      note: 'was [secret].',
    });
  });

  it('leaves out what was said, and who said it', () => {
    expect(masked({ content: { text: { body: 'hi' } }, recipient_name: 'A', template_parameters: ['a'] })).toEqual({
      content: '[left out]',
      recipient_name: '[left out]',
      template_parameters: '[left out]',
    });
  });

  it('masks addresses of people, alone and in texts, and short ones whole', () => {
    expect(masked({ to: '+34612345678', recipient: 'ES.1349', title: 'no +34612345678 there' })).toEqual({
      to: '+34***78',
      recipient: '***',
      title: 'no +34***78 there',
    });
  });

  it('keeps everything else as it is', () => {
    const object = {
      phone_number_id: '106540352242922',
      has_previous_secret: true,
      scopes: ['admin', 'messages:send'],
      expires_at: null,
      components: [{ type: 'BODY', text: 'Order {{1}}' }],
    };

    expect(masked(object)).toEqual(object);
  });
});
