import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID, inMs } from '../../../test/factories/messages.ts';
import type { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
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
    qualityScore: 'GREEN',
    qualityScoredAt: inMs(-86_400_000),
    previousCategory: null,
    correctCategory: null,
    subCategory: 'CUSTOM',
    messageSendTtlSeconds: 3_600,
    libraryTemplateName: 'order_notice',
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
    expect(found[0]).toMatchObject({
      ...aListed(),
      id: expect.any(String),
      qualityScoredAt: expect.any(Date),
      isActive: true,
      sentCount: 0,
    });
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

  it('gives one that was deleted and made again its id, key and count back', async () => {
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
    await store.db.query(`UPDATE whatsapp_templates SET template_key = 'orders', sent_count = 7`);
    const [before] = await templates.list(BUSINESS_ACCOUNT_ID);
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [], inMs(-30_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ metaTemplateId: '2', status: 'PENDING' })], inMs(0));

    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toMatchObject([
      { id: before!.id, templateKey: 'orders', sentCount: 7, metaTemplateId: '2', status: 'PENDING', isActive: true },
    ]);
  });

  it('counts one that Meta is about to delete as gone, and an archived one not', async () => {
    const statuses = ['PENDING_DELETION', 'ARCHIVED'].map((status) => aListed({ templateName: status, status }));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, statuses, inMs(0));

    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toMatchObject([
      { status: 'ARCHIVED', isActive: true },
      { status: 'PENDING_DELETION', isActive: false },
    ]);
  });

  it('keeps what came into being after the listing was asked for', async () => {
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-10_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [], inMs(0), inMs(-20_000));

    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toMatchObject([{ isActive: true }]);
  });

  it('keeps what a listing that was asked for later has written', async () => {
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ category: 'MARKETING' })], inMs(-10_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ category: 'UTILITY' })], inMs(0), inMs(-20_000));

    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toMatchObject([{ category: 'MARKETING' }]);
  });

  it('keeps a score and a planned category that the list leaves out, until the change is done', async () => {
    const categories = async () => {
      const [{ category, correctCategory, previousCategory, qualityScore }] = (await templates.list(
        BUSINESS_ACCOUNT_ID,
      )) as [WhatsAppTemplate];
      return { category, correctCategory, previousCategory, qualityScore };
    };
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ correctCategory: 'MARKETING' })], inMs(-3_000));

    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ qualityScore: null })], inMs(-2_000));
    const planned = await categories();
    const changed = { category: 'MARKETING', correctCategory: 'MARKETING', previousCategory: 'UTILITY' };
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed(changed)], inMs(-1_000));

    expect(planned).toMatchObject({ category: 'UTILITY', correctCategory: 'MARKETING', qualityScore: 'GREEN' });
    expect(await categories()).toMatchObject({ ...changed, correctCategory: null });
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

    it.each<[string, Partial<ToldTemplate>, Partial<WhatsAppTemplate>]>([
      ['category', { category: 'MARKETING', previousCategory: 'UTILITY' }, { category: 'MARKETING' }],
      ['quality', { qualityScore: 'RED' }, { qualityScore: 'RED' }],
      ['deletion', { status: 'DELETED' }, { status: 'DELETED', isActive: false }],
      ['explanation', { status: 'REJECTED', statusDetails: 'Too short' }, { statusDetails: 'Too short' }],
    ])('outlives such a listing also where it is a %s', async (_, told, kept) => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell(told);

      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(1_000), inMs(-30_000));

      expect(await templates.list(BUSINESS_ACCOUNT_ID)).toMatchObject([kept]);
    });

    it('was of another template where the name is taken by a new one', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell({ status: 'DELETED' });

      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ metaTemplateId: '2' })], inMs(0));

      expect(await find()).toMatchObject({ status: 'APPROVED', isActive: true });
    });

    it('keeps a template that a listing asked for before does not show', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell({ status: 'APPROVED' });

      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [], inMs(1_000), inMs(-30_000));

      expect(await find()).toMatchObject({ isActive: true });
    });

    it('plans a category, and forgets the plan once it is carried out, whichever comes first', async () => {
      const [correctCategory, categoryChangesAt] = ['MARKETING', inMs(86_400_000)];
      const plan = { correctCategory, categoryChangesAt, toldAt: inMs(-5_000) };
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));

      await tell(plan);
      const planned = await find();
      await tell({ category: 'MARKETING', previousCategory: 'UTILITY' });
      await tell(plan);

      expect(planned).toMatchObject({ category: 'UTILITY', correctCategory, categoryChangesAt });
      expect(await find()).toMatchObject({
        category: 'MARKETING',
        previousCategory: 'UTILITY',
        correctCategory: null,
        categoryChangesAt: null,
      });
    });

    it('plans no category that it has already', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));

      await tell({ correctCategory: 'UTILITY' });

      expect(await find()).toMatchObject({ category: 'UTILITY', correctCategory: null });
    });

    it('changes the texts of its components, and nothing else of them', async () => {
      const components = [
        { type: 'HEADER', format: 'TEXT', text: 'Old' },
        { type: 'BODY', text: 'Old', example: { body_text: [['a']] } },
        { type: 'FOOTER', text: 'Old' },
        { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Old' }] },
      ];
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed({ components })], inMs(-60_000));

      await tell({ bodyText: 'New {{1}}', parameterCount: 1, headerText: 'New' });

      expect((await find())?.components).toEqual([
        { ...components[0], text: 'New' },
        { ...components[1], text: 'New {{1}}' },
        components[2],
        components[3],
      ]);
    });

    it('is for the next listing where the template is gone', async () => {
      await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aListed()], inMs(-60_000));
      await tell({ status: 'DELETED', toldAt: inMs(-5_000) });

      expect(await tell({ status: 'APPROVED' })).toEqual([false]);
      expect(await find()).toBeUndefined();
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
