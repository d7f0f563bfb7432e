import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { inMs } from '../../../test/factories/messages.ts';
import { WebhookListener } from './entities/webhook-listener.entity.ts';
import { WebhookListenerRepository } from './webhook-listener.repository.ts';

const LONG_AGO = inMs(-3_600_000);

describe(WebhookListenerRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let listeners: WebhookListenerRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    listeners = new WebhookListenerRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const aListener = async (seenAt: Date): Promise<string> => {
    const id = newId();
    await db.manager.insert(WebhookListener, { id, listeningSince: LONG_AGO, seenAt });
    return id;
  };
  const find = (id: string) => db.manager.findOneByOrFail(WebhookListener, { id });

  it('listens from the first sign of life', async () => {
    const id = newId();

    await listeners.beat(id, false);

    const { listeningSince, seenAt } = await find(id);
    expect(listeningSince).toEqual(seenAt);
    expect(seenAt.getTime()).toBeGreaterThan(LONG_AGO.getTime());
  });

  it('goes on listening with each further one', async () => {
    const before = inMs(-2_000);
    const id = await aListener(before);

    await listeners.beat(id, false);

    const { listeningSince, seenAt } = await find(id);
    expect(listeningSince).toEqual(LONG_AGO);
    expect(seenAt.getTime()).toBeGreaterThan(before.getTime());
  });

  it.each<[string, Date, boolean]>([
    ['when it sent a delivery away', inMs(-1_000), true],
    ['when it gave no sign of life for too long', inMs(-6_000), false],
  ])('begins anew %s', async (_, seenBefore, interrupted) => {
    const id = await aListener(seenBefore);

    await listeners.beat(id, interrupted);

    const { listeningSince, seenAt } = await find(id);
    expect(listeningSince).toEqual(seenAt);
    expect(listeningSince.getTime()).toBeGreaterThan(seenBefore.getTime());
  });

  it('is interrupted alone: others go on', async () => {
    const [interrupted, other] = [await aListener(new Date()), await aListener(new Date())];

    await listeners.beat(interrupted, true);

    expect((await find(other)).listeningSince).toEqual(LONG_AGO);
  });

  it('is forgotten a week after it went away, and no sooner', async () => {
    const [gone, recent] = [await aListener(inMs(-8 * 86_400_000)), await aListener(inMs(-6 * 86_400_000))];

    await listeners.removeGone();

    expect(await db.manager.findBy(WebhookListener, { id: gone })).toEqual([]);
    expect(await find(recent)).toBeDefined();
  });
});
