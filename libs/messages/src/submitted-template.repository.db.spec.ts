import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { BUSINESS_ACCOUNT_ID, inMs } from '../../../test/factories/messages.ts';
import { SubmittedTemplateRepository } from './submitted-template.repository.ts';
import { TemplateListView } from './template-list.view.ts';
import { type ListedTemplate, WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';

let store: MessageStore;
let submitted: SubmittedTemplateRepository;
let templates: WhatsAppTemplateRepository;

beforeAll(async () => {
  store = await aMessageStore();
  submitted = new SubmittedTemplateRepository(store.db);
  templates = new WhatsAppTemplateRepository(store.db);
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const aTemplate = (change: Partial<ListedTemplate> = {}): ListedTemplate => ({
  id: newId(),
  templateName: 'order_sent',
  templateKey: 'order_sent',
  category: 'UTILITY',
  language: 'es',
  status: 'PENDING',
  bodyText: 'Tu pedido sale hoy.',
  parameterCount: 0,
  parameterFormat: 'POSITIONAL',
  components: [{ type: 'BODY', text: 'Tu pedido sale hoy.' }],
  metaTemplateId: '1689556908129832',
  rejectedReason: null,
  qualityScore: null,
  qualityScoredAt: null,
  previousCategory: null,
  correctCategory: null,
  subCategory: null,
  messageSendTtlSeconds: null,
  libraryTemplateName: null,
  ...change,
});
const keep = (change: Partial<ListedTemplate>, askedMs: number, over = {}) =>
  submitted.keep(BUSINESS_ACCOUNT_ID, aTemplate(change), inMs(askedMs), over);

describe(SubmittedTemplateRepository.name, () => {
  it('keeps a template that was submitted, as Meta answered', async () => {
    const kept = await keep({ category: 'MARKETING' }, -1_000, { changed: true });

    expect(await templates.list(BUSINESS_ACCOUNT_ID)).toEqual([kept]);
    expect(kept).toMatchObject({
      templateName: 'order_sent',
      status: 'PENDING',
      category: 'MARKETING',
      isActive: true,
    });
  });

  it('takes over a later answer, and keeps our id and key', async () => {
    const { id } = await keep({ templateKey: 'orders' }, -2_000);

    const later = await keep({ status: 'REJECTED', rejectedReason: 'PROMOTIONAL' }, -1_000);

    expect(later).toMatchObject({ id, templateKey: 'orders', status: 'REJECTED', rejectedReason: 'PROMOTIONAL' });
  });

  it('keeps a status that a webhook told after Meta was asked', async () => {
    await keep({}, -10_000);
    const told = { businessAccountId: BUSINESS_ACCOUNT_ID, name: 'order_sent', language: 'es', status: 'APPROVED' };
    await store.db.transaction((tx) =>
      templates.applyTold(tx, [{ ...told, rejectedReason: null, toldAt: inMs(-1_000) }]),
    );

    const late = await keep({ status: 'PENDING', bodyText: 'Tu pedido sale mañana.' }, -5_000);

    expect(late).toMatchObject({ status: 'APPROVED', bodyText: 'Tu pedido sale mañana.' });
  });

  it('brings back a name that was removed', async () => {
    const { id } = await keep({}, -2_000);
    await submitted.markDeleted([id], inMs(-1_000));

    expect(await keep({}, -500, { changed: true })).toMatchObject({ id, status: 'PENDING', isActive: true });
  });

  it('shows at once what was removed, and lets no listing of before undo it', async () => {
    const [gone, other] = [await keep({}, -5_000), await keep({ language: 'pt_BR' }, -5_000)];

    await submitted.markDeleted([gone.id], inMs(-1_000));
    await templates.replaceAll(BUSINESS_ACCOUNT_ID, [aTemplate({ status: 'APPROVED' })], inMs(0), inMs(-3_000));

    const [es] = await templates.list(BUSINESS_ACCOUNT_ID);
    expect(es).toMatchObject({ id: gone.id, status: 'DELETED' });
    expect(other.status).toBe('PENDING');
  });

  it.each([
    ['not at once', 1_000, 0, false],
    ['soon after it was submitted', 6_000, 0, true],
    ['not again as soon', 66_000, 6_000, false],
    ['again once it waited as long again', 130_000, 66_000, true],
    ['at least once an hour', 90_000_000, 3_700_000, true],
    ['no more often than once an hour', 90_000_000, 3_500_000, false],
  ])('asks about a template in review %s', async (_when, submittedMsAgo, askedMsAgo, isDue) => {
    await keep({}, -submittedMsAgo, { changed: true });
    if (askedMsAgo > 0) await keep({}, -askedMsAgo);

    expect(await submitted.findAwaited([BUSINESS_ACCOUNT_ID], inMs(0), 10)).toHaveLength(isDue ? 1 : 0);
  });

  it.each(['APPROVED', 'REJECTED', 'PAUSED'])('asks no more about one that is %s', async (status) => {
    await keep({ status }, -3_600_000);

    expect(await submitted.findAwaited([BUSINESS_ACCOUNT_ID], inMs(0), 10)).toEqual([]);
  });
});

describe(TemplateListView.name, () => {
  const namesOf = async (filter: object, limit = 10, beforeId?: string) =>
    (await new TemplateListView(store.db).list(BUSINESS_ACCOUNT_ID, filter, limit, beforeId)).map(
      ({ templateName, language }) => `${templateName}/${language}`,
    );

  beforeEach(async () => {
    await keep({}, -5_000);
    await keep({ language: 'pt_BR', status: 'APPROVED' }, -5_000);
    await keep({ templateName: 'offer_50%', templateKey: 'offer', category: 'MARKETING', bodyText: 'A mitad' }, -5_000);
    await submitted.keep('another account', aTemplate(), inMs(0));
  });

  it.each<[string, object, string[]]>([
    ['everything of the account, newest first', {}, ['offer_50%/es', 'order_sent/pt_BR', 'order_sent/es']],
    ['by name', { name: 'order_sent' }, ['order_sent/pt_BR', 'order_sent/es']],
    ['by key', { key: 'offer' }, ['offer_50%/es']],
    ['by language', { language: 'pt_BR' }, ['order_sent/pt_BR']],
    ['by category', { category: 'MARKETING' }, ['offer_50%/es']],
    ['by status', { status: 'APPROVED' }, ['order_sent/pt_BR']],
    ['by whether Meta has it', { isActive: false }, []],
    ['by a part of the name that looks like a pattern', { text: '%' }, ['offer_50%/es']],
    ['by a part of the text', { text: 'MITAD' }, ['offer_50%/es']],
  ])('lists %s', async (_how, filter, expected) => {
    expect(await namesOf(filter)).toEqual(expected);
  });

  it('goes on behind the last of a page', async () => {
    const [first] = await new TemplateListView(store.db).list(BUSINESS_ACCOUNT_ID, {}, 1);

    expect(await namesOf({}, 1, first!.id)).toEqual(['order_sent/pt_BR']);
  });
});
