import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

const OWN = join(import.meta.dirname, '../../../../test/fixtures/cloud-api/requests');

/** Requests of other projects, checked in place where PALOMAR_FIXTURES_DIR names a collection of them. */
const COLLECTED = process.env.PALOMAR_FIXTURES_DIR;
const COLLECTED_FOLDERS = [
  'facebook+openapi/messages/request',
  'apache+camel',
  'Bindambc+whatsapp-business-java-api/expected/message',
];

const PLACEHOLDER_LINK = /^must be an http or https URL/;
const PLACEHOLDER_NAME = /^must be 1 to 512 lower-case letters/;
const PLACEHOLDER_LANGUAGE = /^must be a language code/;
const NO_MESSAGE = { type: /^is required/ };
const PLACEHOLDER_TEMPLATE = { 'template.name': PLACEHOLDER_NAME, 'template.language.code': PLACEHOLDER_LANGUAGE };
const PLACEHOLDER_HEADER = { 'template.components[0].parameters[0].image.link': PLACEHOLDER_LINK };

/** Collected files that are no message, or show a placeholder where Meta wants a URL, a template's name or a language. */
const REFUSED: Record<string, Record<string, RegExp>> = {
  'send-audio-message-by-url': { 'audio.link': PLACEHOLDER_LINK },
  'send-document-message-by-url': { 'document.link': PLACEHOLDER_LINK },
  'send-image-message-by-url': { 'image.link': PLACEHOLDER_LINK },
  'send-video-message-by-url': { 'video.link': PLACEHOLDER_LINK },
  'send-message-template-interactive': { ...PLACEHOLDER_TEMPLATE, ...PLACEHOLDER_HEADER },
  'send-message-template-media': { ...PLACEHOLDER_TEMPLATE, ...PLACEHOLDER_HEADER },
  'send-message-template-text': PLACEHOLDER_TEMPLATE,
  'send-sample-shipping-confirmation-template': PLACEHOLDER_TEMPLATE,
  'send-typing-indicator-and-read-receipt': NO_MESSAGE,
  'webhook-request': NO_MESSAGE,
  expectedMessage17: NO_MESSAGE,
};

describe('requests written for the Cloud API', () => {
  it.each(jsonFilesOf(OWN))('%s is passed on as it is', (_name, body) => {
    const { content, errors } = readContent(body);

    expect(errors).toEqual([]);
    expect({ ...envelopeOf(body), ...content }).toEqual(body);
  });

  if (COLLECTED !== undefined) {
    const collected = COLLECTED_FOLDERS.flatMap((folder) => jsonFilesOf(join(COLLECTED, folder), COLLECTED));
    const expectedOf = (name: string) => REFUSED[name.replace(/^.*\/|\.json$/g, '')];

    it.each(collected.filter(([name]) => !expectedOf(name)))('%s is passed on as it is', (_name, body) => {
      const { content, errors } = readContent(body);

      expect(errors).toEqual([]);
      expect({ type: 'text', ...envelopeOf(body), ...content }).toEqual({ type: 'text', ...body });
    });

    it.each(collected.filter(([name]) => expectedOf(name)))('%s is refused for its placeholders', (name, body) => {
      const { errors } = readContent(body);

      const expected = Object.entries(expectedOf(name) ?? {});
      expect(errors).toEqual(expected.map(([field, message]) => ({ field, message: expect.stringMatching(message) })));
    });

    it('finds every file that is expected to be refused', () => {
      expect(collected.filter(([name]) => expectedOf(name))).toHaveLength(Object.keys(REFUSED).length);
    });
  }
});

type Body = Record<string, unknown>;

function jsonFilesOf(folder: string, root = folder): [string, Body][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const path = join(folder, name);
    return [relative(root, path), JSON.parse(readFileSync(path, 'utf8')) as Body];
  });
}

function envelopeOf({ messaging_product, recipient_type, to }: Body): Body {
  return JSON.parse(JSON.stringify({ messaging_product, recipient_type, to })) as Body;
}
