import { beforeEach, describe, expect, it } from '@jest/globals';

import type {
  ListedTemplate,
  SubmittedTemplateRepository,
  WhatsAppTemplate,
  WhatsAppTemplateRepository,
} from '#messages';

import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import {
  type CloudApiClient,
  CloudApiNotSentError,
  CloudApiRefusal,
  type CloudApiTemplate,
  CloudApiUnknownOutcomeError,
} from '../cloud-api/index.ts';
import { TemplateSubmissionsService } from './template-submissions.service.ts';

const SENDER = aSender();
const NEW = {
  name: 'order_sent',
  language: 'es',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Tu pedido va en camino.' }],
};
const GONE = new CloudApiRefusal({ code: 100, error_subcode: 33, message: 'Unsupported get request' }, 400);
const LOST = new CloudApiUnknownOutcomeError('TIMEOUT');

describe(TemplateSubmissionsService.name, () => {
  let stored: WhatsAppTemplate[];
  let listedAtMeta: CloudApiTemplate[];
  let calls: string[];
  let kept: { template: ListedTemplate; changed: boolean | undefined }[];
  let answers: Partial<CloudApiClient['templates']>;
  let service: TemplateSubmissionsService;

  const row = (change: Partial<WhatsAppTemplate> = {}): WhatsAppTemplate =>
    ({
      id: 'ours',
      templateName: 'order_sent',
      language: 'es',
      status: 'APPROVED',
      category: 'UTILITY',
      parameterFormat: 'POSITIONAL',
      components: [],
      metaTemplateId: '99',
      rejectedReason: null,
      isActive: true,
      ...change,
    }) as WhatsAppTemplate;
  const atMeta = (change: Partial<CloudApiTemplate> = {}): CloudApiTemplate => ({
    id: '99',
    name: 'order_sent',
    language: 'es',
    status: 'PENDING',
    category: 'UTILITY',
    components: NEW.components,
    ...change,
  });

  beforeEach(() => {
    [stored, listedAtMeta, calls, kept, answers] = [[], [], [], [], {}];
    const repository = strict<WhatsAppTemplateRepository>({
      findByName: (_, name) => Promise.resolve(stored.filter((one) => one.templateName === name && one.isActive)),
    });
    const submitted = strict<SubmittedTemplateRepository>({
      now: () => Promise.resolve(new Date()),
      keep: (_account, template, _askedAt, { changed } = {}) => {
        kept.push({ template, changed });
        return Promise.resolve(row({ status: template.status, category: template.category }));
      },
      markDeleted: (ids) => Promise.resolve(void calls.push(`deleted ${ids.join()}`)),
    });
    const copy = {
      sync: () => {
        calls.push('sync');
        stored = listedAtMeta.map(({ status, language }) => row({ status, language }));
        return Promise.resolve();
      },
      forget: () => void calls.push('forget'),
    };
    const templates = new Proxy({} as CloudApiClient['templates'], {
      get: (_, name: keyof CloudApiClient['templates']) => {
        calls.push(name);
        return answers[name] ?? (() => Promise.reject(new Error(`${name} was not prepared`)));
      },
    });
    service = new TemplateSubmissionsService(strict<CloudApiClient>({ templates }), repository, submitted, copy);
  });

  describe('create', () => {
    it('keeps the template as Meta shows it, with the category Meta chose', async () => {
      answers = {
        create: () => Promise.resolve({ id: '99', status: 'PENDING', category: 'MARKETING' }),
        get: () => Promise.resolve(atMeta({ category: 'MARKETING' })),
      };

      await service.create(SENDER, NEW);

      expect(calls).toEqual(['create', 'get', 'forget']);
      expect(kept).toMatchObject([{ template: { category: 'MARKETING', metaTemplateId: '99' }, changed: true }]);
    });

    it('keeps what is known when Meta took it and then shows nothing', async () => {
      answers = {
        create: () => Promise.resolve({ id: '99', status: 'PENDING', category: 'UTILITY' }),
        get: () => Promise.reject(LOST),
      };

      await service.create(SENDER, NEW);

      expect(kept).toMatchObject([
        { template: { status: 'PENDING', bodyText: 'Tu pedido va en camino.', metaTemplateId: '99' } },
      ]);
    });

    it('is not tried when Meta still has the name in this language', async () => {
      stored = [row()];
      answers = { get: () => Promise.resolve(atMeta({ status: 'APPROVED' })) };

      await expect(service.create(SENDER, NEW)).rejects.toMatchObject({ status: 409, code: 'template-exists' });

      expect(calls).not.toContain('create');
    });

    it('is tried when our copy alone has it', async () => {
      stored = [row()];
      let asked = 0;
      answers = {
        get: () => (asked++ === 0 ? Promise.reject(GONE) : Promise.resolve(atMeta())),
        create: () => Promise.resolve({ id: '99', status: 'PENDING' }),
      };

      await service.create(SENDER, NEW);

      expect(calls).toEqual(['get', 'deleted ours', 'forget', 'create', 'get', 'forget']);
    });

    it('is never repeated when the answer was lost: the list tells what became of it', async () => {
      answers = { create: () => Promise.reject(LOST) };
      await expect(service.create(SENDER, NEW)).rejects.toMatchObject({ code: 'whatsapp-outcome-unknown' });

      listedAtMeta = [atMeta()];
      stored = [];
      expect(await service.create(SENDER, NEW)).toMatchObject({ status: 'PENDING' });

      expect(calls).toEqual(['create', 'sync', 'create', 'sync']);
    });

    it('says that nothing was submitted when nothing left', async () => {
      answers = { create: () => Promise.reject(new CloudApiNotSentError('ECONNREFUSED')) };

      await expect(service.create(SENDER, NEW)).rejects.toMatchObject({ code: 'whatsapp-unreachable' });

      expect(calls).toEqual(['create']);
    });
  });

  describe('edit', () => {
    it('asks Meta before it refuses for a status that may be old', async () => {
      answers = {
        get: () => Promise.resolve(atMeta({ status: 'REJECTED' })),
        edit: () => Promise.resolve(),
      };

      await service.edit(SENDER, row({ status: 'PENDING' }), { components: NEW.components });

      expect(calls).toEqual(['get', 'forget', 'edit', 'get', 'forget']);
    });

    it.each(['PENDING', 'IN_APPEAL', 'DISABLED', 'ARCHIVED'])('is refused for one that is %s', async (status) => {
      answers = { get: () => Promise.resolve(atMeta({ status })) };

      const edited = service.edit(SENDER, row({ status }), { components: NEW.components });

      await expect(edited).rejects.toMatchObject({ status: 409, code: 'template-not-editable' });
      expect(calls).not.toContain('edit');
    });

    it.each<[string, string, boolean]>([
      ['APPROVED', 'MARKETING', false],
      ['APPROVED', 'UTILITY', true],
      ['REJECTED', 'MARKETING', true],
    ])('of one that is %s to %s is allowed: %p', async (status, category, isAllowed) => {
      answers = { edit: () => Promise.resolve(), get: () => Promise.resolve(atMeta()) };

      const edited = service.edit(SENDER, row({ status }), { category });

      if (isAllowed) await edited;
      else await expect(edited).rejects.toMatchObject({ code: 'template-category-fixed' });
      expect(calls.includes('edit')).toBe(isAllowed);
    });
  });

  describe('delete', () => {
    it('is done when Meta has it no more', async () => {
      stored = [row()];
      answers = { delete: () => Promise.reject(GONE) };

      await service.delete(SENDER, 'order_sent');

      expect(calls).toEqual(['delete', 'deleted ours', 'forget']);
    });

    it('keeps it when Meta refuses', async () => {
      stored = [row()];
      answers = { delete: () => Promise.reject(LOST) };

      await expect(service.delete(SENDER, 'order_sent')).rejects.toMatchObject({ code: 'whatsapp-outcome-unknown' });

      expect(calls).toEqual(['delete']);
    });

    it.each(['order_lost', 'Order', '\0', ''])('looks once at Meta before it misses %j', async (name) => {
      await expect(service.delete(SENDER, name)).rejects.toMatchObject({ status: 404, code: 'template-not-found' });

      expect(calls).toEqual(['sync']);
    });
  });

  it('takes a template for gone when Meta has no such id, and for no other fault', async () => {
    answers = { get: () => Promise.reject(GONE) };
    expect(await service.look(SENDER, row())).toMatchObject({ status: 'DELETED', isActive: false });

    answers = { get: () => Promise.reject(LOST) };
    await expect(service.look(SENDER, row())).rejects.toMatchObject({ code: 'whatsapp-outcome-unknown' });
    expect(calls.filter((call) => call.startsWith('deleted'))).toEqual(['deleted ours']);
  });
});
