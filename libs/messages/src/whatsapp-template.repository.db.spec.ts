import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID, inMs } from '../../../test/factories/messages.ts';
import { type ListedTemplate, type ToldTemplate, WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

describe(WhatsAppTemplateRepository.name, () => {
  let store: MessageStore;
  let templates: WhatsAppTemplateRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    templates = new WhatsAppTemplateRepository(store.db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  const aListed = (change: Partial<ListedTemplate> = {}): ListedTemplate => ({
    id: newId(),
    templateName: 'po_notification',
    templateKey: 'po_notification',
    category: 'UTILITY',
    language: 'es',
    status: 'APPROVED',
    bodyText: 'Hola {{1}}',
    parameterCount: 1,
    parameterFormat: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'Hola {{1}}' }],
    metaTemplateId: '1689556908129832',
    rejectedReason: null,
    ...change,
  });

  it('takes over what Meta lists, every language of a name', async () => {
    await templates.replaceAll(
      BUSINESS_ACCOUNT_ID,
      [aListed({ language: 'pt_BR' }), aListed(), aListed({ templateName: 'hello_world' })],
      inMs(0),
    );

    const found = await templates.findByName(BUSINESS_ACCOUNT_ID, 'po_notification');

    expect(found.map(({ language }) => language)).toEqual(['es', 'pt_BR']);
    expect(found[0]).toMatchObject({ ...aListed(), id: expect.any(String), isActive: true, sentCount: 0 });
  });

  it('refreshes what it knows and keeps its own id and key', async () => {
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ templateKey: 'orders' })], inMs(-1_000));
    const [before] = await templates.list(BUSINESS_ACCOUNT_ID);
    const refreshed = aListed({ status: 'PAUSED', bodyText: 'Hola', parameterCount: 0, components: [] });

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [refreshed], inMs(0));

    const { id, templateKey, createdAt } = before!;
    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toEqual([
      expect.objectContaining({ ...refreshed, id, templateKey, createdAt }),
    ]);
    expect(templateKey).toBe('orders');
  });

  it('keeps what Meta no longer lists, inactive, and takes it back when it is listed again', async () => {
    const activity = async () => (await templates.list(BUSINESS_ACCOUNT_ID)).map(({ isActive }) => isActive);
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-2_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [], inMs(-1_000));
    const gone = {
      active: await activity(),
      found: await templates.findByName(BUSINESS_ACCOUNT_ID, 'po_notification'),
    };
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(0));

    expect(gone).toEqual({ active: [false], found: [] });
    expect(await activity()).toEqual([true]);
  });

  it('leaves the templates of other accounts alone', async () => {
    await templates.replaceAll('999999999999999', [aListed()], inMs(-1_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [], inMs(0));

    expect(await templates.findByName('999999999999999', 'po_notification')).toHaveLength(1);
    expect(await templates.findByName(BUSINESS_ACCOUNT_ID, 'po_notification')).toEqual([]);
  });

  describe('what webhooks told', () => {
    const tell = (change: Partial<ToldTemplate>) =>
      store.db.transaction((tx) =>
        templates.applyTold(tx, [
          {
            businessAccountId: BUSINESS_ACCOUNT_ID,
            name: 'po_notification',
            language: 'es',
            toldAt: inMs(0),
            ...change,
          },
        ]),
      );
    const find = async () => (await templates.findByName(BUSINESS_ACCOUNT_ID, 'po_notification'))[0];

    it('is in force at once, and leaves the other columns alone', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ rejectedReason: 'SCAM' })], inMs(-1_000));

      expect(await tell({ qualityScore: 'RED' })).toEqual([true]);
      expect(await find()).toMatchObject({ status: 'APPROVED', rejectedReason: 'SCAM', qualityScore: 'RED' });
      expect(await tell({ status: 'PAUSED', rejectedReason: null, disabledFrom: null })).toEqual([true]);
      expect(await find()).toMatchObject({ status: 'PAUSED', rejectedReason: null, qualityScore: 'RED' });
    });

    it('outlives a listing that was asked for before', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell({ status: 'PAUSED' });

      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ category: 'MARKETING' })], inMs(1_000), inMs(-30_000));

      expect(await find()).toMatchObject({ status: 'PAUSED', category: 'MARKETING' });
    });

    it('gives way to a listing that was asked for after', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell({ status: 'PAUSED', toldAt: inMs(-30_000) });

      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(0));

      expect(await find()).toMatchObject({ status: 'APPROVED' });
    });

    it('is not in force where a later listing was read already, nor without such a template', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(0));

      expect(await tell({ status: 'PAUSED', toldAt: inMs(-120_000) })).toEqual([false]);
      expect(await tell({ status: 'PAUSED', name: 'unheard_of' })).toEqual([false]);
      expect(await find()).toMatchObject({ status: 'APPROVED' });
    });
  });
});
