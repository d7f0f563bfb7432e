import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import {
  aClaimed,
  aWamid,
  BUSINESS_ACCOUNT_ID,
  inMs,
  PHONE_NUMBER_ID,
  toOutbox,
} from '../../../test/factories/messages.ts';
import { TemplateUse } from './entities/template-use.entity.ts';
import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
import { type AttemptResult, OutboxRepository } from './outbox.repository.ts';
import { TemplateUseRepository } from './template-use.repository.ts';

const OTHER_ACCOUNT = '999999999999999';
const OURS = [{ phoneNumberId: PHONE_NUMBER_ID, businessAccountId: BUSINESS_ACCOUNT_ID }];
const PO = { templateName: 'po_notification', templateLanguage: 'es' };

describe(TemplateUseRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let uses: TemplateUseRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    uses = new TemplateUseRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  async function aTemplate(businessAccountId = BUSINESS_ACCOUNT_ID, language = 'es'): Promise<string> {
    const id = newId();
    await db.manager.insert(WhatsAppTemplate, {
      ...{ id, businessAccountId, language, templateName: PO.templateName, templateKey: PO.templateName },
      ...{
        category: 'UTILITY',
        status: 'APPROVED',
        bodyText: '',
        parameterCount: 0,
        components: [],
        syncedAt: inMs(0),
      },
    });
    return id;
  }
  const countOf = async (id: string) => (await db.manager.findOneByOrFail(WhatsAppTemplate, { id })).sentCount;
  const aUse = (change: Partial<TemplateUse> = {}) =>
    db.manager.insert(TemplateUse, { phoneNumberId: PHONE_NUMBER_ID, ...PO, sent: 1, ...change });
  async function anAnswer(change: Partial<AttemptResult>, columns: object = PO): Promise<AttemptResult> {
    const nothing = { pendingReason: null, retryInMs: null, waitsForTemplate: false, waId: null, error: null };
    const answer = { elapsedMs: 1, outcome: 'accepted', status: 'SENT', whatsappMessageId: aWamid() } as const;
    return { ...nothing, ...answer, response: {}, message: toOutbox(await aClaimed(db, columns)), ...change };
  }

  it('counts what Meta took, once however often it is recorded, and when', async () => {
    const id = await aTemplate();
    const taken = [await anAnswer({}), await anAnswer({}), await anAnswer({}, { ...PO, templateLanguage: 'fr' })];
    const refused = await anAnswer({ status: 'FAILED', outcome: 'refused', whatsappMessageId: null });
    const text = await anAnswer({}, { templateName: null, templateLanguage: null });
    const outbox = new OutboxRepository(db);
    await outbox.recordResults([...taken, refused, text]);
    await outbox.recordResults(taken);

    const summedUp = await uses.sumUp(OURS, 100);

    expect(summedUp).toBe(2);
    expect(await db.manager.findOneBy(WhatsAppTemplate, { id })).toMatchObject({
      sentCount: 2,
      lastUsedAt: expect.any(Date),
    });
  });

  it('adds to what was counted, and counts nothing twice', async () => {
    const id = await aTemplate();
    await aUse({ sent: 3, lastAt: inMs(-1_000) });
    await uses.sumUp(OURS, 100);
    await aUse({ sent: 4, lastAt: inMs(-60_000) });

    await uses.sumUp(OURS, 100);
    await uses.sumUp(OURS, 100);

    const { sentCount, lastUsedAt } = await db.manager.findOneByOrFail(WhatsAppTemplate, { id });
    expect(sentCount).toBe(7);
    expect(lastUsedAt!.getTime()).toBeGreaterThan(inMs(-30_000).getTime());
  });

  it('tells accounts and languages apart', async () => {
    const [spanish, french, elsewhere] = [
      await aTemplate(),
      await aTemplate(undefined, 'fr'),
      await aTemplate(OTHER_ACCOUNT),
    ];
    await aUse({ sent: 2 });
    await aUse({ sent: 3, templateLanguage: 'fr' });
    await aUse({ sent: 5, phoneNumberId: '2' });

    await uses.sumUp([...OURS, { phoneNumberId: '2', businessAccountId: OTHER_ACCOUNT }], 100);

    expect([await countOf(spanish), await countOf(french), await countOf(elsewhere)]).toEqual([2, 3, 5]);
  });

  it('takes as many rows at once as it may', async () => {
    const id = await aTemplate();
    for (let each = 0; each < 3; each++) await aUse();

    expect(await uses.sumUp(OURS, 2)).toBe(2);

    expect(await countOf(id)).toBe(2);
    expect(await uses.sumUp(OURS, 2)).toBe(1);
  });

  it('leaves the uses of a number it does not know for a day', async () => {
    await aUse({ phoneNumberId: 'new' });
    await aUse({ phoneNumberId: 'removed', lastAt: inMs(-25 * 3_600_000) });

    await uses.sumUp(OURS, 100);

    expect((await db.manager.find(TemplateUse)).map(({ phoneNumberId }) => phoneNumberId)).toEqual(['new']);
  });
});
