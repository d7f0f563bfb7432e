import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { newId } from '#common';

import { MEDIA_KINDS } from '../media-kind.ts';
import { toInboundFile } from './inbound-file.mapper.ts';

const ID = newId();
const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');

describe(toInboundFile.name, () => {
  it('reads what a message says of its file', () => {
    const document = { id: '1537', mime_type: 'application/pdf', sha256: BASE64, filename: 'Año.pdf', caption: 'Hola' };

    expect(toInboundFile(ID, { type: 'document', document })).toEqual({
      messageId: ID,
      kind: 'document',
      whatsappMediaId: '1537',
      mimeType: 'application/pdf',
      sha256: HEX,
      fileName: 'Año.pdf',
    });
  });

  it.each(MEDIA_KINDS)('knows %s', (kind) => {
    expect(toInboundFile(ID, { type: kind, [kind]: { id: '1' } })).toMatchObject({ kind, whatsappMediaId: '1' });
  });

  it('leaves the codec out of the type', () => {
    const audio = { id: '1', mime_type: 'audio/ogg; codecs=opus', voice: true };

    expect(toInboundFile(ID, { type: 'audio', audio })).toMatchObject({ mimeType: 'audio/ogg' });
  });

  it('does without what is missing or makes no sense', () => {
    const image = { id: 42, mime_type: 'a picture', sha256: 'short', filename: ['x'] };

    expect(toInboundFile(ID, { type: 'image', image })).toMatchObject({
      whatsappMediaId: '42',
      mimeType: 'application/octet-stream',
      sha256: null,
      fileName: null,
    });
  });

  it('can store every name', () => {
    const document = { id: '1', filename: `NUL \0, half a pair \ud83d${'😀'.repeat(200)}` };

    const { fileName } = toInboundFile(ID, { type: 'document', document })!;

    expect(fileName).toMatch(/^NUL \ufffd, half a pair \ufffd/);
    expect(fileName).not.toMatch(/\p{Cs}/u);
    expect(fileName!.length).toBeLessThanOrEqual(240);
  });

  it.each([
    ['a text', { type: 'text', text: { body: 'Hola' } }],
    ['a type of another object', { type: 'image', video: { id: '1' } }],
    ['no id', { type: 'image', image: {} }],
    ['an id that leads elsewhere', { type: 'image', image: { id: '../me' } }],
    ['a number that lost digits', { type: 'image', image: { id: 2 ** 60 } }],
    ['an inherited name', { type: '__proto__', __proto__: { id: '1' } }],
    ['nothing', null],
    ['a list', [{ type: 'image' }]],
  ])('finds no file in %s', (_, content) => {
    expect(toInboundFile(ID, content)).toBeUndefined();
  });

  it('throws at nothing', () => {
    const media = fc.record({
      id: fc.anything(),
      mime_type: fc.anything(),
      sha256: fc.anything(),
      filename: fc.anything(),
    });
    const message = fc.oneof(
      fc.anything(),
      fc.record({ type: fc.constantFrom(...MEDIA_KINDS), image: media, audio: media }),
    );

    fc.assert(fc.property(message, (content) => void toInboundFile(ID, content)));
  });
});
