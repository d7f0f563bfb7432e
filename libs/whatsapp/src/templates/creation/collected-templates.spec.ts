import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readNewTemplate } from './new-template.ts';

/** Creations of other projects, checked in place where PALOMAR_FIXTURES_DIR names a collection of them. */
const COLLECTED = process.env.PALOMAR_FIXTURES_DIR;
const FOLDERS = [
  'facebook+openapi/message-templates/post-request',
  'david-lev+pywa/templates/authentication',
  'david-lev+pywa/templates/buttons',
  'david-lev+pywa/templates/carousel',
  'david-lev+pywa/templates/limited_time_offer',
  'Bindambc+whatsapp-business-java-api/expected/template',
];

/** Written for rules that Meta had once: other categories, a free text for passwords, a variable at the end. */
const OUTDATED: Record<string, RegExp[]> = {
  expectedTemplate1: [/^category: must be one of/],
  expectedTemplate2: [/^category: must be one of/],
  expectedTemplate7: [/^components\[1\]\.text: must not end with a variable/],
  expectedTemplate9: [
    /^components\[0\]\.type/,
    /^components\[1\]\.text/,
    /^components\[1\]\.example/,
    /^components\[2\]\.text/,
    /^components\[3\]\.buttons\[0\]\.type/,
  ],
};

type Creation = Record<string, unknown> & { components: { type: string }[] };

describe('templates written for the Cloud API', () => {
  it('are looked for only where they are kept', () => {
    expect(collected()).toHaveLength(COLLECTED === undefined ? 0 : 24);
  });

  for (const { name, creation } of collected()) {
    const outdated = OUTDATED[name];
    if (outdated) {
      it(`${name} is refused for what Meta no longer takes`, () => {
        const faults = readNewTemplate(creation).errors.map(({ field, message }) => `${field}: ${message}`);

        expect(faults).toEqual(outdated.map((each) => expect.stringMatching(each)));
      });
    } else {
      it(`${name} is submitted as it is`, () => {
        const { value, errors } = readNewTemplate(creation);

        expect(errors).toEqual([]);
        expect(value).toMatchObject({ name: creation.name, language: creation.language, category: creation.category });
        expect(value?.components?.map(({ type }) => type)).toEqual(creation.components.map(({ type }) => type));
      });
    }
  }
});

function collected(): { name: string; creation: Creation }[] {
  if (COLLECTED === undefined) return [];
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(COLLECTED, folder)).map((file) => ({
      name: file.replace(/\.json$/, ''),
      creation: JSON.parse(readFileSync(join(COLLECTED, folder, file), 'utf8')) as Creation,
    })),
  );
}
