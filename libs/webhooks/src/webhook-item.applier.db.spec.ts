import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { DeliveryStatusRepository, DeliveryStatusService, ToldMessageRepository, WhatsAppMessage } from '#messages';
import type { SenderDirectory } from '#tenants';

import { anInboundChange, aStatusChange } from '../../../test/factories/deliveries.ts';
import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, aWamid, reload } from '../../../test/factories/messages.ts';
import { aSender } from '../../../test/factories/senders.ts';
import { strict } from '../../../test/factories/strict.ts';
import { toItems } from './mapping/envelope.ts';
import { MessageKeeper } from './message.keeper.ts';
import { WebhookItemApplier } from './webhook-item.applier.ts';

/** PostgreSQL takes no NUL in a text. */
const UNSTORABLE = 'wamid.\0';

describe(WebhookItemApplier.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let applier: WebhookItemApplier;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    applier = new WebhookItemApplier(
      new MessageKeeper(new ToldMessageRepository()),
      new DeliveryStatusService(new DeliveryStatusRepository()),
      strict<SenderDirectory>({ byPhoneNumberId: () => aSender() }),
    );
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const apply = (...changes: object[]) =>
    db.transaction((tx) => applier.apply(tx, toItems({ object: 'whatsapp_business_account', entry: [{ changes }] })));
  const aSent = () => aMessage(db, { status: 'SENT', whatsappMessageId: aWamid() });
  const delivered = ({ whatsappMessageId }: WhatsAppMessage) =>
    aStatusChange({ wamid: whatsappMessageId as string, status: 'delivered' });

  it('applies, in one transaction, all but the items that PostgreSQL refuses', async () => {
    const sent = [await aSent(), await aSent(), await aSent()];
    const wamid = aWamid();

    const refusals = await apply(
      delivered(sent[0]!),
      anInboundChange({ wamid: UNSTORABLE }),
      delivered(sent[1]!),
      anInboundChange({ wamid }),
      aStatusChange({ wamid: UNSTORABLE }),
      delivered(sent[2]!),
    );

    const bad = { reason: 'not-applicable', detail: expect.stringMatching(/0x00|Unicode/) };
    expect(refusals).toEqual([
      undefined,
      expect.objectContaining(bad),
      undefined,
      undefined,
      expect.objectContaining(bad),
      undefined,
    ]);
    for (const message of sent) expect((await reload(db, message)).status).toBe('DELIVERED');
    expect(await db.manager.findBy(WhatsAppMessage, { direction: 'inbound' })).toMatchObject([
      { whatsappMessageId: wamid, status: 'RECEIVED' },
    ]);
  });

  it('changes nothing when its transaction comes to nothing', async () => {
    const sent = await aSent();

    const failing = db.transaction(async (tx) => {
      const envelope = { object: 'whatsapp_business_account', entry: [{ changes: [delivered(sent)] }] };
      await applier.apply(tx, toItems(envelope));
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect((await reload(db, sent)).status).toBe('SENT');
  });
});
