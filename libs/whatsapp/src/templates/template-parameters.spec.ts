import { describe, expect, it } from '@jest/globals';

import type { BodyParameters } from '../payloads/index.ts';
import { parameterFault, placeholders } from './template-parameters.ts';

const positional = (...values: string[]): BodyParameters => ({ format: 'positional', values });
const named = (values: Record<string, string>): BodyParameters => ({ format: 'named', values });
const none: BodyParameters = { format: 'none', values: [] };

describe(placeholders.name, () => {
  it.each([
    ['Hola', []],
    ['Hola {{1}}, {{2}} y {{3}}', ['1', '2', '3']],
    ['{{1}} y otra vez {{1}}', ['1']],
    ['{{customer_name}} debe {{ amount }}', ['customer_name', 'amount']],
    ['{1} y {{}} y {{a b}}', []],
  ])('finds in %p %p', (text, expected) => {
    expect(placeholders(text)).toEqual(expected);
  });
});

describe(parameterFault.name, () => {
  const fault = (bodyText: string, given: BodyParameters): string | undefined => {
    const parameterFormat = /\{\{\d/.test(bodyText) || !bodyText.includes('{{') ? 'POSITIONAL' : 'NAMED';
    return parameterFault({ templateName: 'po', bodyText, parameterFormat }, given);
  };

  it.each<[string, string, BodyParameters]>([
    ['no parameters for a body without any', 'Hola', none],
    ['as many values as the body has places', '{{1}} {{2}}', positional('a', 'b')],
    ['one value for a place that comes twice', '{{1}} {{1}}', positional('a')],
    ['every name, in any order', '{{name}} {{order}}', named({ order: '1', name: 'Ana' })],
  ])('takes %s', (_, bodyText, given) => {
    expect(fault(bodyText, given)).toBeUndefined();
  });

  it.each<[string, string, BodyParameters, string]>([
    ['too few', '{{1}} {{2}} {{3}}', positional('a', 'b'), 'the template has 3 parameters, 2 were given'],
    ['too many', '{{1}}', positional('a', 'b'), 'the template has 1 parameters, 2 were given'],
    ['none for a body that needs some', '{{1}}', none, 'template "po" needs an array of 1, none were given'],
    ['some for a body that takes none', 'Hola', positional('a'), 'template "po" takes no parameters; leave them out'],
    ['names for positions', '{{1}}', named({ a: 'b' }), 'template "po" has positional parameters: give an array of 1'],
    [
      'positions for names',
      '{{name}} {{order}}',
      positional('a', 'b'),
      'template "po" has named parameters: give an object with name, order',
    ],
    ['a missing name', '{{name}} {{order}}', named({ name: 'Ana' }), 'missing: order'],
    ['a wrong name', '{{name}}', named({ nmae: 'Ana' }), 'missing: name; not in the template: nmae'],
  ])('refuses %s and says so', (_, bodyText, given, expected) => {
    expect(fault(bodyText, given)).toBe(expected);
  });
});
