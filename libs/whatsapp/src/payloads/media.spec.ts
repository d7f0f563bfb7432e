import { describe, expect, it } from '@jest/globals';

import { MESSAGE_TYPES, readContent } from './read-content.ts';

const MEDIA = MESSAGE_TYPES.filter((type) => ['image', 'audio', 'video', 'document', 'sticker'].includes(type));

describe('media messages', () => {
  it.each(MEDIA)('%s comes from an id or from a link, not from both and not from nowhere', (type) => {
    const refusals = (media: unknown) => readContent({ type, [type]: media }).errors;

    expect(refusals({ id: '1' })).toEqual([]);
    expect(refusals({ link: 'https://files.example.com/a?b=ñ' })).toEqual([]);
    expect(refusals({})).toEqual([{ field: type, message: 'needs exactly one of id, link, this has none' }]);
    expect(refusals({ id: '1', link: 'https://files.example.com/a' })).toEqual([
      { field: type, message: 'needs exactly one of id, link, this has id, link' },
    ]);
  });

  it.each([
    'ftp://files.example.com/a',
    'files.example.com/a',
    'http://',
    'https://a b.example.com',
    ' https://a.example.com',
    'javascript:alert(1)',
  ])('refuses the link %j', (link) => {
    expect(readContent({ type: 'image', image: { link } }).errors).toEqual([
      { field: 'image.link', message: `must be an http or https URL, this is ${JSON.stringify(link)}` },
    ]);
  });

  it.each(['image', 'video', 'document'])('allows a caption of 1024 characters with %s', (type) => {
    const withCaption = (length: number) =>
      readContent({ type, [type]: { id: '1', caption: 'ñ'.repeat(length) } }).errors;

    expect(withCaption(0)).toEqual([]);
    expect(withCaption(1024)).toEqual([]);
    expect(withCaption(1025)).toEqual([
      { field: `${type}.caption`, message: 'at most 1024 characters, this has 1025' },
    ]);
  });

  it.each(MEDIA.flatMap((type) => ['caption', 'filename', 'voice'].map((extra) => [type, extra] as const)))(
    'knows whether %s takes %s',
    (type, extra) => {
      const taken = { image: ['caption'], video: ['caption'], document: ['caption', 'filename'], audio: ['voice'] };
      const value = extra === 'voice' ? true : 'a';

      const fields = readContent({ type, [type]: { id: '1', [extra]: value } }).errors.map(({ field }) => field);

      const isTaken = (taken as Record<string, string[]>)[type]?.includes(extra) ?? false;
      expect(fields).toEqual(isTaken ? [] : [`${type}.${extra}`]);
    },
  );
});
