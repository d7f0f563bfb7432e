import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID } from '../../../test/factories/messages.ts';
import { type SyncTurn, TemplateSyncRepository } from './template-sync.repository.ts';

describe(TemplateSyncRepository.name, () => {
  let store: MessageStore;
  let syncs: TemplateSyncRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    syncs = new TemplateSyncRepository(store.db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const take = (maxAgeMs = 0, account = BUSINESS_ACCOUNT_ID) => syncs.takeTurn(account, maxAgeMs);
  const handBack = (turn: SyncTurn, done: boolean) =>
    syncs.handBack(BUSINESS_ACCOUNT_ID, (turn as { since: string }).since, done);
  const states = (turns: SyncTurn[]) => turns.map(({ state }) => state).sort();

  it('gives one of many the turn, and another account its own', async () => {
    const turns = await Promise.all(Array.from({ length: 5 }, () => take()));

    expect(states(turns)).toEqual(['busy', 'busy', 'busy', 'busy', 'turn']);
    expect(await take(0, '999')).toMatchObject({ state: 'turn' });
  });

  it('calls the list fresh for those who take one of that age, once it is stored', async () => {
    await handBack(await take(), true);

    expect(states([await take(60_000), await take(0), await take(60_000)])).toEqual(['fresh', 'fresh', 'turn']);
  });

  it('gives the next one the turn when nothing came of it', async () => {
    await handBack(await take(), false);

    expect(await take(60_000)).toMatchObject({ state: 'turn' });
  });

  it('takes the turn from whoever died with it, who hands nothing back any more', async () => {
    const dead = await take();
    await store.db.query(`UPDATE template_syncs SET asking_since = asking_since - interval '1 hour'`);
    const [{ since }] = await store.db.query('SELECT asking_since::text AS since FROM template_syncs');

    const next = await take();
    await syncs.handBack(BUSINESS_ACCOUNT_ID, since, true);

    expect(states([dead, next, await take()])).toEqual(['busy', 'turn', 'turn']);
  });
});
