import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

import type {
  ConversationRepository,
  SetAside,
  SetAsideItem,
  StoredDelivery,
  WebhookDeliveryRepository,
} from '#messages';

import { aDelivery, anInboundChange, aStatusChange } from '../../../test/factories/deliveries.ts';
import { aSender, someSenders } from '../../../test/factories/senders.ts';
import { strict } from '../../../test/factories/strict.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { AccountEventApplier } from './account-event.applier.ts';
import { ItemOwnership } from './item-ownership.ts';
import type { WebhookItem } from './mapping/webhook-item.ts';
import { WebhookProcessor } from './webhook.processor.ts';
import type { Refusal, WebhookItemApplier } from './webhook-item.applier.ts';

Logger.overrideLogger(false);

const TX = {} as EntityManager;
const ANOTHER_APP = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
const OF_ANOTHER_APP = '200000000000001';
/** Long enough for a few rounds, and shorter than its rest. */
const A_MOMENT_MS = 400;

describe(WebhookProcessor.name, () => {
  /** What the next rounds find stored. */
  let rounds: StoredDelivery[][];
  let joinable: SetAsideItem[];
  let resolved: string[];
  /** What was applied together: wamids. */
  let applied: string[][];
  /** Wamids that are refused. */
  let refused: Set<string>;
  let setAside: SetAside[];
  /** How many rounds were applied when what follows a commit was done. */
  let followed: number[];
  /** How statuses of unknown messages were settled: after how many milliseconds, and how many at most. */
  let settled: unknown[];
  let processor: WebhookProcessor;

  beforeEach(() => {
    [rounds, joinable, resolved, applied, refused] = [[], [], [], [], new Set()];
    [setAside, followed, settled] = [[], [], []];
    const deliveries = strict<WebhookDeliveryRepository>({
      applyNext: async (apply) => {
        const due = rounds.shift();
        if (!due) return false;
        await apply(TX, due);
        return true;
      },
      applyFailed: () => Promise.resolve(false),
      setAside: (_, items) => Promise.resolve(void setAside.push(...items)),
      settleSentElsewhere: (...asked) => {
        settled.push(asked);
        return Promise.resolve(0);
      },
      takeJoinable: () => Promise.resolve(joinable.splice(0)),
      resolve: (_, ids) => Promise.resolve(void resolved.push(...ids)),
    });
    const applier = strict<WebhookItemApplier>({
      apply: (_, items) => {
        applied.push(items.map(wamidOf));
        return Promise.resolve(items.map((item) => (refused.has(wamidOf(item)) ? aRefusal(item) : undefined)));
      },
    });
    const dataSource = strict<DataSource>({
      transaction: ((work: (tx: EntityManager) => Promise<unknown>) => work(TX)) as DataSource['transaction'],
    });
    const conversations = strict<ConversationRepository>({ noteHeard: () => Promise.resolve() });
    const ownership = new ItemOwnership(
      someSenders([aSender(), aSender({ phoneNumberId: OF_ANOTHER_APP, appId: ANOTHER_APP })]),
    );
    const accountEvents = strict<AccountEventApplier>({
      follow: () => Promise.resolve(void followed.push(applied.length)),
    });
    processor = new WebhookProcessor(dataSource, deliveries, ownership, conversations, applier, accountEvents);
  });

  afterEach(async () => {
    await processor.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  const soon = (assertion: () => void) => eventually(assertion, { intervalMs: 5 });
  const aStored = (id: string, ...changes: object[]) => ({ id, body: aDelivery(changes).body, appId: null });

  it('applies together what several deliveries say, in their order', async () => {
    rounds = [
      [
        aStored('1', aStatusChange({ wamid: 'a' }), anInboundChange({ wamid: 'b' })),
        aStored('2', aStatusChange({ wamid: 'c' })),
      ],
    ];

    processor.onApplicationBootstrap();

    await soon(() => expect(applied).toEqual([['a', 'b', 'c']]));
  });

  it('sets aside what was refused under its own delivery and its place in it', async () => {
    refused = new Set(['b', 'd']);
    rounds = [
      [
        aStored('1', aStatusChange({ wamid: 'a' }), aStatusChange({ wamid: 'b' })),
        aStored('2', aStatusChange({ wamid: 'c' }), aStatusChange({ wamid: 'd' })),
      ],
    ];

    processor.onApplicationBootstrap();

    await soon(() => expect(setAside).toHaveLength(2));
    expect(setAside).toMatchObject([
      { deliveryId: '1', itemIndex: 1, reason: 'not-applicable', whatsappMessageId: 'b' },
      { deliveryId: '2', itemIndex: 1, reason: 'not-applicable', whatsappMessageId: 'd' },
    ]);
  });

  it('applies nothing that an app says of the number of another, and reports it', async () => {
    const own = aStored(
      '1',
      aStatusChange({ wamid: 'a' }),
      aStatusChange({ wamid: 'b', phoneNumberId: OF_ANOTHER_APP }),
    );
    const other = {
      ...aStored('2', anInboundChange({ wamid: 'c' }), aStatusChange({ wamid: 'd', phoneNumberId: OF_ANOTHER_APP })),
      appId: ANOTHER_APP,
    };
    rounds = [[own, other]];

    processor.onApplicationBootstrap();

    await soon(() => expect(setAside).toHaveLength(2));
    expect(applied).toEqual([['a', 'd']]);
    expect(setAside).toMatchObject([
      { deliveryId: '1', itemIndex: 1, reason: 'foreign-number', detail: expect.stringMatching(/another app/) },
      { deliveryId: '2', itemIndex: 0, reason: 'foreign-number', detail: expect.stringMatching(/another app/) },
    ]);
  });

  it('applies nothing about a number that is not ours', async () => {
    rounds = [[aStored('1', aStatusChange({ wamid: 'a' }), aStatusChange({ wamid: 'b', phoneNumberId: '2' }))]];

    processor.onApplicationBootstrap();

    await soon(() => expect(setAside).toHaveLength(1));
    expect(applied).toEqual([['a']]);
    expect(setAside).toMatchObject([{ reason: 'foreign-number', detail: 'phone number id 2 is not ours' }]);
  });

  it('tells news of the account which delivery it came in, and does what follows once the round is over', async () => {
    rounds = [
      [aStored('1', { field: 'security', value: {} })],
      [aStored('2', { field: 'flows', value: {} }, { field: 'flows', value: { event: 'x' } })],
    ];

    processor.onApplicationBootstrap();

    await soon(() => expect(followed).toEqual([1, 2]));
    expect(applied).toEqual([['1'], ['2', '2']]);
  });

  it('goes on while there is more, and when it is woken', async () => {
    jest.useFakeTimers();
    rounds = [[aStored('1', aStatusChange({ wamid: 'a' }))], [aStored('2', aStatusChange({ wamid: 'b' }))]];
    processor.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(A_MOMENT_MS);
    const before = applied.length;
    rounds = [[aStored('3', aStatusChange({ wamid: 'c' }))]];

    processor.wake();
    await jest.advanceTimersByTimeAsync(A_MOMENT_MS);

    expect(before).toBe(2);
    expect(applied.at(-1)).toEqual(['c']);
  });

  it('applies statuses set aside whose message is known by now, and resolves them also when they are refused', async () => {
    refused = new Set(['b']);
    const item = (wamid: string) => aDelivery([aStatusChange({ wamid })]).body.toString();
    joinable = [{ id: '1', item: item('a') } as SetAsideItem, { id: '2', item: item('b') } as SetAsideItem];

    processor.onApplicationBootstrap();

    await soon(() => expect(resolved).toEqual(['1', '2']));
    expect(applied).toContainEqual(['a', 'b']);
    expect(setAside).toEqual([]);
  });

  it('takes a status whose message is unknown after ten minutes for one of a message sent elsewhere', async () => {
    processor.onApplicationBootstrap();

    await soon(() => expect(settled).toEqual([[600_000, 1_000]]));
  });
});

function wamidOf(item: WebhookItem): string {
  switch (item.kind) {
    case 'status':
      return item.event.whatsappMessageId;
    case 'message':
    case 'elsewhere':
      return item.message.whatsappMessageId;
    case 'preference':
      return item.kind;
    case 'account-event':
      return item.event.deliveryId ?? 'of no delivery';
    case 'unknown':
      return item.detail;
  }
}

function aRefusal(item: WebhookItem): Refusal {
  return { reason: 'not-applicable', detail: 'no', whatsappMessageId: wamidOf(item), item: '{}' };
}
