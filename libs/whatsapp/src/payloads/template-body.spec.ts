import { describe, expect, it } from '@jest/globals';

import { type MessageContent, readContent } from './read-content.ts';
import { bodyParameters, renderBody } from './template-body.ts';

const SEED = 'Hola {{1}}, has recibido una nueva orden de compra {{2}} por un total de {{3}}.';

function aTemplate(parameters: unknown): MessageContent {
  const { content } = readContent({ template: { name: 'a', language: 'es', parameters } });
  if (!content) throw new Error('not a message');
  return content;
}

describe(bodyParameters, () => {
  it.each<[string, unknown, unknown]>([
    ['positional values', ['a', 7], { format: 'positional', values: ['a', '7'] }],
    ['named values', { a: 'x', b: 7 }, { format: 'named', values: { a: 'x', b: '7' } }],
    ['no values', [], { format: 'none', values: [] }],
    [
      'what stands in place of a currency and a date',
      [
        { type: 'currency', currency: { fallback_value: '€1,250.00', code: 'EUR', amount_1000: 1250000 } },
        { type: 'DATE_TIME', date_time: { fallback_value: '10 May' } },
      ],
      { format: 'positional', values: ['€1,250.00', '10 May'] },
    ],
  ])('tells %s', (_what, parameters, expected) => {
    expect(bodyParameters(aTemplate(parameters))).toEqual(expected);
  });

  it('finds none in a message of another type', () => {
    expect(bodyParameters({ type: 'text', text: { body: 'a' } })).toEqual({ format: 'none', values: [] });
  });
});

describe(renderBody, () => {
  it('fills numbered placeholders', () => {
    const content = aTemplate(['Proveedor ABC', 'PO-2024-001', '€1,250.00']);

    expect(renderBody(SEED, content)).toBe(
      'Hola Proveedor ABC, has recibido una nueva orden de compra PO-2024-001 por un total de €1,250.00.',
    );
  });

  it('fills named placeholders, wherever they come again', () => {
    expect(renderBody('{{a}} y {{ b }} y {{a}}', aTemplate({ a: '1', b: '2' }))).toBe('1 y 2 y 1');
  });

  it('leaves a placeholder without a value as it is', () => {
    expect(renderBody('{{1}} {{2}} {{0}} {{x}}', aTemplate(['a']))).toBe('a {{2}} {{0}} {{x}}');
    expect(renderBody('{{a}} {{toString}}', aTemplate({ a: '1' }))).toBe('1 {{toString}}');
    expect(renderBody('{{1}}', aTemplate(undefined))).toBe('{{1}}');
  });

  it('takes a value for what it is, not for a pattern or a placeholder', () => {
    expect(renderBody('{{1}}-{{2}}', aTemplate(['$& {{2}}', 'b']))).toBe('$& {{2}}-b');
  });
});
