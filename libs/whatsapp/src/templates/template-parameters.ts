import { LRUCache } from 'lru-cache';

import type { WhatsAppTemplate } from '#messages';

import type { BodyParameters } from '../payloads/index.ts';

/** By body text: each is looked through once, not with every message. */
const found = new LRUCache<string, readonly string[]>({
  max: 1_000,
  memoMethod: (bodyText) => [...new Set(Array.from(bodyText.matchAll(/\{\{\s*(\w+)\s*\}\}/g), ([, name]) => name!))],
});

/** The distinct placeholders of a body, in the order they appear: a repeated one is one parameter. */
export function placeholders(bodyText: string): readonly string[] {
  return found.memo(bodyText);
}

/** What is wrong with the values given for a template's body; undefined when they fit. */
export function parameterFault(
  { templateName, bodyText, parameterFormat }: Pick<WhatsAppTemplate, 'templateName' | 'bodyText' | 'parameterFormat'>,
  given: BodyParameters,
): string | undefined {
  const expected = placeholders(bodyText);
  const named = parameterFormat === 'NAMED';
  const shape = named ? `an object with ${expected.join(', ')}` : `an array of ${expected.length}`;
  if (expected.length === 0) {
    return given.format === 'none' ? undefined : `template "${templateName}" takes no parameters; leave them out`;
  }
  if (given.format === 'none') return `template "${templateName}" needs ${shape}, none were given`;
  if (named !== (given.format === 'named')) {
    return `template "${templateName}" has ${named ? 'named' : 'positional'} parameters: give ${shape}`;
  }
  return given.format === 'named'
    ? namedFault(expected, Object.keys(given.values))
    : positionalFault(expected.length, given.values.length);
}

function positionalFault(expected: number, given: number): string | undefined {
  return expected === given ? undefined : `the template has ${expected} parameters, ${given} were given`;
}

function namedFault(expected: readonly string[], given: string[]): string | undefined {
  const missing = expected.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !expected.includes(name));
  const faults = [
    missing.length > 0 && `missing: ${missing.join(', ')}`,
    unknown.length > 0 && `not in the template: ${unknown.join(', ')}`,
  ].filter(Boolean);
  return faults.length > 0 ? faults.join('; ') : undefined;
}
