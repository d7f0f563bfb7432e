import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';

import { newId } from '#common';
import type { DeliveryStatusService, ErasedPeople } from '#messages';

import { anInboundMessage } from '../../../test/factories/inbound.ts';
import { PHONE_NUMBER_ID } from '../../../test/factories/messages.ts';
import { strict } from '../../../test/factories/strict.ts';
import type { AccountEventApplier } from './account-event.applier.ts';
import type { ContactKeeper } from './contact.keeper.ts';
import type { WebhookItem } from './mapping/webhook-item.ts';
import type { Kept, MessageKeeper } from './message.keeper.ts';
import { WebhookItemApplier } from './webhook-item.applier.ts';

const TENANT = newId();
const KNOWN_CONTACT = '+34612345678';

/** As the driver throws it. */
const deadlock = () => Object.assign(new Error('deadlock detected'), { code: '40P01' });

describe(WebhookItemApplier.name, () => {
  /** Statuses and messages whose savepoint was kept. */
  let applied: string[];
  /** What was tried together. */
  let groups: string[][];
  /** Thrown when one of these wamids is applied. */
  let faults: Map<string, Error>;
  let unknown: Set<string>;
  let applier: WebhookItemApplier;
  let tx: EntityManager;

  beforeEach(() => {
    [applied, groups, faults, unknown] = [[], [], new Map(), new Set()];
    let pending: string[] = [];
    tx = strict<EntityManager>({
      transaction: (async (work: (savepoint: EntityManager) => Promise<unknown>) => {
        pending = [];
        const result = await work(tx);
        applied.push(...pending);
        return result;
      }) as EntityManager['transaction'],
    });
    const apply = (wamid: string): void => {
      const fault = faults.get(wamid);
      if (fault) throw fault;
      pending.push(wamid);
    };
    const statuses = strict<DeliveryStatusService>({
      apply: async (_, events) => {
        await Promise.resolve();
        const wamids = events.map(({ whatsappMessageId }) => whatsappMessageId);
        groups.push(wamids);
        for (const wamid of wamids) if (!unknown.has(wamid)) apply(wamid);
        return wamids.map((id) => (unknown.has(id) ? undefined : { id, tenantId: TENANT, contactKey: KNOWN_CONTACT }));
      },
    });
    const keeper = strict<MessageKeeper>({
      keep: async (_, told) => {
        await Promise.resolve();
        for (const { whatsappMessageId } of told) apply(whatsappMessageId);
        return told.map((one): Kept => {
          const stored = { id: newId(), tenantId: TENANT, contactKey: KNOWN_CONTACT };
          return { told: one, stored, isNew: true, isHomeless: false };
        });
      },
    });
    const contacts = strict<ContactKeeper>({ note: () => Promise.resolve() });
    const people = strict<ErasedPeople>({ findErased: (_, asked) => Promise.resolve(asked.map(() => undefined)) });
    const accountEvents = strict<AccountEventApplier>({
      apply: (_, news) => Promise.resolve(news.forEach(({ field }) => apply(field))),
    });
    applier = new WebhookItemApplier(keeper, contacts, statuses, accountEvents, people);
  });

  const aStatus = (whatsappMessageId: string, phoneNumberId = PHONE_NUMBER_ID): WebhookItem => ({
    kind: 'status',
    raw: { status: whatsappMessageId },
    person: null,
    recipients: [],
    event: {
      whatsappMessageId,
      phoneNumberId,
      opaque: null,
      type: 'sent',
      participant: null,
      status: 'SENT',
      occurredAt: new Date(),
      error: null,
      pricing: null,
      details: {},
    },
  });
  const aMessage = (whatsappMessageId: string): WebhookItem => ({
    kind: 'message',
    raw: { message: whatsappMessageId },
    message: anInboundMessage({ whatsappMessageId }),
  });
  const anAccountEvent = (field: string): WebhookItem => ({
    kind: 'account-event',
    raw: { field },
    event: {
      businessAccountId: '1',
      field,
      known: true,
      occurredAt: new Date(),
      summary: 'Something happened. Nothing to do.',
      value: '{}',
      fingerprint: field,
    },
  });
  const statusesOf = (names: string): WebhookItem[] => [...names].map((name) => aStatus(name));

  it('applies all of them together', async () => {
    const items = [aStatus('a'), aMessage('m'), aStatus('b')];

    expect(await applier.apply(tx, items)).toEqual([undefined, undefined, undefined]);

    expect(applied).toEqual(['a', 'b', 'm']);
    expect(groups).toEqual([['a', 'b']]);
  });

  it('tells, for each in its place, why it was not applied', async () => {
    unknown.add('nobody');
    const unread: WebhookItem = { kind: 'unknown', detail: 'field "calls"', raw: { field: 'calls' } };

    const refusals = await applier.apply(tx, [aStatus('a'), unread, aStatus('nobody')]);

    expect(refusals).toEqual([
      undefined,
      { reason: 'unknown-kind', detail: 'field "calls"', whatsappMessageId: null, item: '{"field":"calls"}' },
      {
        reason: 'unknown-message',
        detail: expect.any(String),
        whatsappMessageId: 'nobody',
        item: '{"status":"nobody"}',
      },
    ]);
    expect(applied).toEqual(['a']);
  });

  it('halves what fails together until the bad item stands alone; the others are applied once', async () => {
    faults.set('f', new Error('invalid input'));

    const refusals = await applier.apply(tx, statusesOf('abcdefgh'));

    expect(refusals.map((refusal) => refusal?.reason)).toEqual([
      ...Array<undefined>(5).fill(undefined),
      'not-applicable',
      undefined,
      undefined,
    ]);
    expect(refusals[5]).toMatchObject({ detail: 'invalid input', whatsappMessageId: 'f' });
    expect(applied.sort()).toEqual([...'abcdegh']);
    expect(groups.map((group) => group.join(''))).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
  });

  it('finds a bad message among statuses as well', async () => {
    faults.set('m', new Error('invalid input'));

    const refusals = await applier.apply(tx, [aStatus('a'), aMessage('m'), aStatus('b')]);

    expect(refusals.map((refusal) => refusal?.reason)).toEqual([undefined, 'not-applicable', undefined]);
    expect(applied.sort()).toEqual(['a', 'b']);
  });

  it('applies news of the account together with the rest, and finds bad news among it', async () => {
    faults.set('flows', new Error('invalid input'));

    const refusals = await applier.apply(tx, [anAccountEvent('security'), aStatus('a'), anAccountEvent('flows')]);

    expect(refusals.map((refusal) => refusal?.reason)).toEqual([undefined, undefined, 'not-applicable']);
    expect(applied.sort()).toEqual(['a', 'security']);
  });

  it('blames no item for a fault that passes: all of them are tried again', async () => {
    faults.set('b', deadlock());

    await expect(applier.apply(tx, statusesOf('abc'))).rejects.toThrow('deadlock detected');
    expect(groups).toHaveLength(1);
  });

  it('tells a lost message of ours from one that is early, or of another tool', async () => {
    unknown.add('lost').add('early');
    const lost = aStatus('lost') as WebhookItem & { kind: 'status' };
    lost.event.opaque = `${newId()}/1`;

    const refusals = await applier.apply(tx, [lost, aStatus('early')]);

    expect(refusals.map((refusal) => refusal?.reason)).toEqual(['unknown-reference', 'unknown-message']);
  });

  it('has nothing to do with nothing', async () => {
    expect(await applier.apply(tx, [])).toEqual([]);
  });
});
