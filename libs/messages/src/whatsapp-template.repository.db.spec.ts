import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID, inMs } from '../../../test/factories/messages.ts';
import { type ListedTemplate, WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

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
});
