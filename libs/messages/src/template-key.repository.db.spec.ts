import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID } from '../../../test/factories/messages.ts';
import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
import { type KeyOwner, TemplateKeyRepository } from './template-key.repository.ts';
import { WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

const TENANT = newId();
const OTHER_TENANT = newId();
const KEY = 'order-approved';
const ACCOUNT: KeyOwner = { tenantId: null, businessAccountId: BUSINESS_ACCOUNT_ID };
const OWN: KeyOwner = { ...ACCOUNT, tenantId: TENANT };

describe(TemplateKeyRepository.name, () => {
  let store: MessageStore;
  let keys: TemplateKeyRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    keys = new TemplateKeyRepository(store.db);
  });

  beforeEach(async () => {
    await store.clear();
    for (const name of ['order_v1', 'order_v2'])
      for (const language of ['es', 'pt_BR']) await aTemplate(name, language);
  });

  afterAll(() => store.close());

  const aTemplate = (templateName: string, language: string, change: Partial<WhatsAppTemplate> = {}) =>
    store.db.manager.insert(WhatsAppTemplate, {
      id: newId(),
      businessAccountId: BUSINESS_ACCOUNT_ID,
      templateName,
      templateKey: templateName,
      category: 'UTILITY',
      language,
      status: 'APPROVED',
      bodyText: 'Hola',
      parameterCount: 0,
      components: [],
      syncedAt: new Date(),
      ...change,
    });
  const choose = (templateName: string, language: string | null = null) =>
    keys.chooseForAccount(BUSINESS_ACCOUNT_ID, { templateKey: KEY, language, templateName });
  const chooseOwn = (templateName: string, language: string | null = null) =>
    keys.chooseForTenant(TENANT, { templateKey: KEY, language, templateName });
  const targets = async (owner = OWN, key = KEY) =>
    (await keys.findTargets(owner, key)).map(({ language, templateName }) => `${language} ${templateName}`);

  it('takes the name of a template for its key as long as nobody chose another', async () => {
    expect(await targets(OWN, 'order_v1')).toEqual(['es order_v1', 'pt_BR order_v1']);
    expect(await keys.listChosen(OWN)).toEqual([]);
    expect((await keys.listKeys(OWN)).sort()).toEqual(['order_v1', 'order_v2']);
  });

  it('moves a key of the account from one template to another, language by language', async () => {
    await choose('order_v1');
    await choose('order_v2', 'es');

    expect(await targets()).toEqual(['es order_v2', 'pt_BR order_v1']);
    expect(await targets(OWN, 'order_v1')).toEqual(['es order_v1']);
    expect(await targets(OWN, 'order_v2')).toEqual(['pt_BR order_v2']);
  });

  it('gives a key that was chosen more weight than a template of that name', async () => {
    await aTemplate(KEY, 'es');
    await choose('order_v2', 'es');

    expect((await targets())[0]).toBe('es order_v2');
  });

  it("puts a tenant's own choice first, its language before any language", async () => {
    await choose('order_v1');
    await chooseOwn('order_v2');
    await chooseOwn('order_v1', 'es');

    expect((await targets()).slice(0, 2)).toEqual(['es order_v1', 'null order_v2']);
    expect(await targets({ ...OWN, tenantId: OTHER_TENANT })).toEqual(['es order_v1', 'pt_BR order_v1']);
    expect(await targets(ACCOUNT)).toEqual(['es order_v1', 'pt_BR order_v1']);
  });

  it('has one choice for each language, any language included', async () => {
    for (const name of ['order_v1', 'order_v2']) for (const language of [null, 'es']) await chooseOwn(name, language);

    expect(await keys.listChosen(OWN)).toMatchObject([
      { templateKey: KEY, language: 'es', templateName: 'order_v2', tenantId: TENANT },
      { templateKey: KEY, language: null, templateName: 'order_v2', tenantId: TENANT },
    ]);
  });

  it('takes choices back, and says when there was none', async () => {
    await choose('order_v1');
    await chooseOwn('order_v2');

    expect(await keys.unchoose(OWN, KEY, 'es')).toBe(false);
    expect(await keys.unchoose(OWN, KEY, null)).toBe(true);
    expect(await targets()).toEqual(['es order_v1', 'pt_BR order_v1']);
    expect(await keys.unchoose(ACCOUNT, KEY, 'es')).toBe(true);
    expect(await targets()).toEqual(['pt_BR order_v1']);
    expect(await keys.unchoose(ACCOUNT, 'order_v2', null)).toBe(false);
  });

  it('knows neither keys of other accounts nor those of templates that are gone', async () => {
    await aTemplate('gone', 'es', { templateKey: KEY, isActive: false });
    await aTemplate('foreign', 'es', { templateKey: KEY, businessAccountId: '999' });

    expect(await targets()).toEqual([]);
    expect((await keys.listKeys(OWN)).sort()).toEqual(['order_v1', 'order_v2']);
  });

  it('survives a sync, and is the key of a new language as well', async () => {
    await choose('order_v1');
    const listed = await store.db.manager.findBy(WhatsAppTemplate, { templateName: 'order_v1' });
    const anew = [...listed, { ...listed[0]!, language: 'fr' }].map((one) => {
      return { ...one, id: newId(), templateKey: 'order_v1' };
    });

    await new WhatsAppTemplateRepository(store.db).replaceAll(BUSINESS_ACCOUNT_ID, anew, new Date(Date.now() + 1_000));

    expect(await targets()).toEqual(['es order_v1', 'fr order_v1', 'pt_BR order_v1']);
  });
});
