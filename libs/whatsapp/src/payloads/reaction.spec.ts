import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

const refusals = (emoji: unknown) =>
  readContent({ type: 'reaction', reaction: { message_id: 'wamid.1', emoji } }).errors;

describe('reactions', () => {
  it.each(['👍', '👍🏽', '❤', '❤️', '👩‍👩‍👧‍👦', '🇪🇸', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '1️⃣', '©️', ''])('accept %j', (emoji) => {
    expect(refusals(emoji)).toEqual([]);
  });

  it.each(['👍👍', 'a', '1', ' ', '👍 ', ':+1:', '🇪', 'e\u0301', `a${'\u0301'.repeat(5000)}`])('refuse %j', (emoji) => {
    expect(refusals(emoji)).toEqual([
      { field: 'reaction.emoji', message: expect.stringMatching(/^must be one emoji, or "" to take it back, this is/) },
    ]);
  });

  it('need the message that they are for, and no context beside it', () => {
    const body = { type: 'reaction', reaction: { emoji: '👍' }, context: { message_id: 'wamid.1' } };

    expect(readContent(body).errors).toEqual([
      { field: 'reaction.message_id', message: 'is required' },
      { field: 'context', message: 'is not allowed with a reaction, which names its message itself' },
    ]);
  });
});
