import { describe, expect, it } from '@jest/globals';

import { mediaReferences } from './media-references.ts';

const fieldsOf = (message: Record<string, unknown>) => mediaReferences(message).map(({ field }) => field);

describe(mediaReferences.name, () => {
  it.each([
    ['a message of its own', { type: 'image', image: { id: '1' } }, ['image.id']],
    ['a message without type', { document: { id: '1', filename: 'x' } }, ['document.id']],
    [
      'a header',
      { type: 'interactive', interactive: { type: 'button', header: { type: 'video', video: { id: '1' } } } },
      ['interactive.header.video.id'],
    ],
    [
      'parameters of a template and its cards',
      {
        type: 'template',
        template: {
          components: [
            { type: 'header', parameters: [{ type: 'document', document: { id: '1' } }] },
            {
              type: 'carousel',
              cards: [{ components: [{ type: 'header', parameters: [{ type: 'image', image: { id: '2' } }] }] }],
            },
          ],
        },
      },
      [
        'template.components[0].parameters[0].document.id',
        'template.components[1].cards[0].components[0].parameters[0].image.id',
      ],
    ],
  ])('finds the file of %s', (_, message, fields) => {
    expect(fieldsOf(message)).toEqual(fields);
  });

  it.each([
    ['a link', { type: 'image', image: { link: 'https://example.com/x.jpg' } }],
    ['an id that is no text', { type: 'image', image: { id: 7 } }],
    ['a button', { type: 'interactive', interactive: { action: { buttons: [{ reply: { id: '1' } }] } } }],
    ['a text', { type: 'text', text: { body: 'x' }, image: { id: '1' } }],
    ['nothing', { type: 'image', image: null }],
  ])('finds none in %s', (_, message) => {
    expect(fieldsOf(message)).toEqual([]);
  });

  it('does not follow hostile nesting to its end', () => {
    let deep: Record<string, unknown> = { image: { id: '1' } };
    for (let level = 0; level < 100_000; level += 1) deep = { deep };

    expect(fieldsOf(deep)).toEqual([]);
  });
});
