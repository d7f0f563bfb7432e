import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { exchange } from '../../../../test/factories/exchange.ts';
import { MESSAGE_TYPES, readContent } from './read-content.ts';

const REQUESTS = join(import.meta.dirname, '../../../../test/fixtures/cloud-api/requests');
const examples = readdirSync(REQUESTS).map((name) => readFileSync(join(REQUESTS, name), 'utf8'));

const image = { id: '1' };

describe(readContent, () => {
  it('takes only what belongs to the message', () => {
    const body = { to: '+34612345678', type: 'image', image, context: { message_id: 'wamid.1' }, metadata: {} };

    expect(readContent(body)).toEqual({
      content: { type: 'image', image, context: { message_id: 'wamid.1' } },
      errors: [],
    });
  });

  it.each([
    ['the only message object', { image }, 'image'],
    ['text', { text: 'a' }, 'text'],
  ])('infers an absent type from %s', (_what, body, type) => {
    expect(readContent(body).content?.type).toBe(type);
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'neither type nor object',
      {},
      'type',
      /^is required: one of text, image, .*template, with the object of that name$/,
    ],
    ['two objects and no type', { image, video: image }, 'type', /^is required/],
    ['text, by default, with another object', { text: 'a', image }, 'image', /^is not allowed with type "text"$/],
    ['an object of another type', { type: 'text', text: 'a', image }, 'image', /^is not allowed with type "text"$/],
    ['a type without its object', { type: 'image' }, 'image', /^is required with type "image"$/],
    ['a type that does not exist', { type: 'sms', text: 'a' }, 'type', /^must be one of text, .*, this is "sms"$/],
    ['a type that every object has', { type: 'constructor' }, 'type', /^must be one of/],
    ['a type that is no string', { type: ['text'], text: 'a' }, 'type', /^must be one of .*, this is an array$/],
    ['null for the type', { type: null, text: 'a' }, 'type', /^must be one of .*, this is null$/],
    ['a context without message', { text: 'a', context: {} }, 'context.message_id', /^is required$/],
    [
      'a context with more in it',
      { text: 'a', context: { message_id: '1', from: '2' } },
      'context.from',
      /^is not known/,
    ],
    ['a context that is none', { text: 'a', context: 'wamid.1' }, 'context', /^must be an object, this is "wamid.1"$/],
  ])('refuses %s', (_what, body, field, message) => {
    expect(readContent(body)).toEqual({
      content: undefined,
      errors: [{ field, message: expect.stringMatching(message) }],
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['NUL in a text', { text: 'a\0b' }, 'text'],
    ['half of an emoji in a caption', { image: { id: '1', caption: 'a\ud83d' } }, 'image.caption'],
    [
      'NUL deep in a flow',
      aFlow({ list: [1, { deep: '\0' }] }),
      'interactive.action.parameters.flow_action_payload.data.list[1].deep',
    ],
    ['NUL in a context', { text: 'a', context: { message_id: '\0' } }, 'context.message_id'],
  ])('refuses %s, which could not be stored', (_what, body, field) => {
    expect(readContent(body).errors).toEqual([{ field, message: 'contains a character that cannot be stored' }]);
  });

  it.each(['{"__proto__": 1}', '{"a\\u0000": 1}', '{"\\ud800": 1}'])('refuses the field name in %s', (data) => {
    expect(readContent(aFlow(JSON.parse(data))).errors).toEqual([
      { field: expect.stringContaining('flow_action_payload.data'), message: 'is no name that a field can have' },
    ]);
  });

  it('refuses an unknown field that is called __proto__', () => {
    const body = JSON.parse('{"type": "image", "image": {"id": "1", "__proto__": {"link": "x"}}}');

    expect(readContent(body).errors[0]).toEqual({
      field: 'image.__proto__',
      message: 'is not known here; known are id, link, caption',
    });
  });

  it('refuses nesting that no message of Meta has', () => {
    let data: unknown = 'end';
    for (let i = 0; i < 100_000; i++) data = [data];

    expect(readContent(aFlow(data)).errors).toEqual([
      { field: expect.any(String), message: 'is nested more than 32 levels deep' },
    ]);
  });

  it('prints a strange field name in a harmless way', () => {
    const { errors } = readContent({ image: { id: '1', 'a"\0\ud800 b': 1 } });

    expect(errors[0]?.field).toBe('image["a\\"\\u0000\\ud800 b"]');
  });

  it('names a hundred faults at most', () => {
    const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field${i}`, i]));

    expect(readContent({ image: unknown }).errors).toHaveLength(100);
  });

  it('answers any JSON with a message or with faults', () => {
    const objects = fc.dictionary(fc.constantFrom('type', 'context', 'other', ...MESSAGE_TYPES), fc.jsonValue());

    fc.assert(
      fc.property(objects, fc.option(fc.constantFrom(...MESSAGE_TYPES)), (body, type) => {
        const { content, errors } = readContent(type === null ? body : { ...body, type });

        expect(content === undefined).toBe(errors.length > 0);
      }),
    );
  });

  it('answers a message in which anything was exchanged for any JSON, and reads its own result again the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...examples), fc.nat(), fc.jsonValue(), (example, position, other) => {
        const body = exchange(JSON.parse(example) as Record<string, unknown>, position, other);

        const { content, errors } = readContent(body);

        expect(content === undefined).toBe(errors.length > 0);
        if (content) expect(readContent(content)).toEqual({ content, errors: [] });
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves the request as it was', () => {
    const body = { template: { name: 'a', language: 'es', parameters: ['a'], components: [] } };
    const before = structuredClone(body);

    readContent(body);

    expect(body).toEqual(before);
  });
});

function aFlow(data: unknown): Record<string, unknown> {
  const parameters = {
    flow_message_version: '3',
    flow_id: '1',
    flow_cta: 'Go',
    flow_action_payload: { screen: 'A', data },
  };
  return { interactive: { type: 'flow', body: { text: 'a' }, action: { name: 'flow', parameters } } };
}
