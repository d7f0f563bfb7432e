import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';

import type { AppConfig } from '#common';
import type { ContactRepository, Sighting, ToldMessageRepository } from '#messages';

import { strict } from '../../../test/factories/strict.ts';
import { ContactKeeper, type Round } from './contact.keeper.ts';

const TX = {} as EntityManager;

describe(ContactKeeper.name, () => {
  const status = {
    event: { occurredAt: new Date(0), error: null },
    person: { phone: '+34612345678', waId: '34612345678', userId: null, profileName: 'Ana' },
  } as Round['statuses'][number];
  const target = { id: 'message', tenantId: 'tenant', contactKey: '+34612345678' };
  const round: Round = { statuses: [status], targets: [target], kept: [], preferences: [] };
  let done: string[];

  beforeEach(() => {
    done = [];
  });

  function aKeeper(isKnown: boolean): ContactKeeper {
    const say = (what: string, sightings: Sighting[]) =>
      done.push(`${what} ${sightings.map(({ attributes }) => attributes.profileName).join()}`);
    const contacts = strict<ContactRepository>({
      isKnown: () => isKnown,
      doubt: (sightings) => void say('doubt', sightings),
      note: (_tx, sightings) => Promise.resolve(void say('note', sightings)),
    });
    const config = { whatsapp: { optInWords: [], optOutWords: [] } } as unknown as AppConfig;
    return new ContactKeeper(contacts, strict<ToldMessageRepository>({}), config);
  }

  it('notes whom a status shows, and not again who is known', async () => {
    await aKeeper(false).note(TX, round, false);
    await aKeeper(true).note(TX, round, false);

    expect(done).toEqual(['note Ana']);
  });

  it('notes anew who is known, where some were erased', async () => {
    await aKeeper(true).note(TX, round, true);

    expect(done).toEqual(['doubt Ana', 'note Ana']);
  });

  it('notes nobody where the message is not known', async () => {
    await aKeeper(false).note(TX, { ...round, targets: [undefined] }, false);

    expect(done).toEqual([]);
  });
});
