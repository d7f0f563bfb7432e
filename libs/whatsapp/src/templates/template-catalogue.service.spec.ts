import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { AppError, type Clock } from '#common';
import type {
  KeyTarget,
  SyncTurn,
  TemplateKeyRepository,
  TemplateSyncRepository,
  WhatsAppTemplate,
  WhatsAppTemplateRepository,
} from '#messages';

import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import type { CloudApiClient, CloudApiTemplate } from '../cloud-api/index.ts';
import { readContent } from '../payloads/index.ts';
import { TemplatePuller } from './template.puller.ts';
import { TemplateCatalogueService } from './template-catalogue.service.ts';
import { TemplateKeysService } from './template-keys.service.ts';

Logger.overrideLogger(false);

const SENDER = aSender();

const PO: CloudApiTemplate = {
  id: '1',
  name: 'po_notification',
  language: 'es',
  status: 'APPROVED',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hola {{1}}, orden {{2}} por {{3}}.' }],
};
const PARAMETERS = ['Proveedor ABC', 'PO-2024-001', '€1,250.00'];

describe(TemplateCatalogueService.name, () => {
  let atMeta: CloudApiTemplate[];
  let metaIsAway: boolean;
  let pulls: number;
  let anotherAsked: boolean;
  let stored: WhatsAppTemplate[];
  let lookUps: string[];
  /** Runs between a look-up's reading and its answer. */
  let beforeAnswer: () => Promise<void>;
  let now: number;
  let repository: WhatsAppTemplateRepository;
  let keyTargets: KeyTarget[];
  let keyLookUps: number;
  let keyRepository: TemplateKeyRepository;
  let cloudApi: CloudApiClient;
  let clock: Clock;
  let catalogue: TemplateCatalogueService;

  beforeEach(() => {
    [atMeta, metaIsAway, pulls, stored, now] = [[PO], false, 0, [], Date.parse('2026-11-01T10:00:00Z')];
    anotherAsked = false;
    [lookUps, beforeAnswer] = [[], () => Promise.resolve()];
    repository = strict<WhatsAppTemplateRepository>({
      findByName: async (account, name) => {
        lookUps.push(`${account}/${name}`);
        const found = stored.filter(({ templateName }) => templateName === name);
        await beforeAnswer();
        return found;
      },
      list: () => Promise.resolve(stored),
      replaceAll: (_, listed) => {
        stored = listed.map((one) => ({ ...one, isActive: true }) as WhatsAppTemplate);
        return Promise.resolve();
      },
    });
    [keyTargets, keyLookUps] = [[], 0];
    keyRepository = strict<TemplateKeyRepository>({
      findTargets: (_, key) => {
        keyLookUps += 1;
        return Promise.resolve(keyTargets.filter(({ templateKey }) => templateKey === key));
      },
      listKeys: () => Promise.resolve(keyTargets.map(({ templateKey }) => templateKey)),
    });
    cloudApi = strict<CloudApiClient>({
      async *listTemplates() {
        pulls++;
        await Promise.resolve();
        if (metaIsAway) throw new Error('Meta is away');
        yield* atMeta;
      },
    });
    clock = strict<Clock>({ now: () => new Date(now) });
    catalogue = aCatalogue();
  });

  function aCatalogue(): TemplateCatalogueService {
    const turn = (): SyncTurn => ({ state: 'turn', since: 'now', askedAt: clock.now() });
    const syncs = strict<TemplateSyncRepository>({
      takeTurn: (_, maxAgeMs) => Promise.resolve(anotherAsked && maxAgeMs > 0 ? { state: 'fresh' } : turn()),
      handBack: () => Promise.resolve(),
    });
    const keys = new TemplateKeysService(keyRepository, repository);
    return new TemplateCatalogueService(repository, new TemplatePuller(repository, syncs, cloudApi), keys, clock);
  }

  /** The refusal of a template send, undefined when it would go out. */
  async function refusal(template: object, sender = SENDER): Promise<AppError | undefined> {
    const message = { type: 'template', template: { name: 'po_notification', language: 'es', ...template } };
    const { content } = readContent(message);
    try {
      await catalogue.check(sender, message, content!);
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  it('lets a send go that Meta would take', async () => {
    await catalogue.sync(SENDER);

    expect(await refusal({ parameters: PARAMETERS })).toBeUndefined();
  });

  it('recalls a template that was looked up a moment ago, for a send that nothing is wrong with', async () => {
    const recalled = (template: object) => {
      const message = { type: 'template', template: { name: 'po_notification', language: 'es', ...template } };
      return catalogue.recall(SENDER, message, readContent(message).content!)?.templateName;
    };
    await catalogue.sync(SENDER);
    expect(recalled({ parameters: PARAMETERS })).toBeUndefined();

    await refusal({ parameters: PARAMETERS });
    expect(recalled({ parameters: PARAMETERS })).toBe('po_notification');
    expect(recalled({ parameters: [] })).toBeUndefined();
    expect(recalled({ parameters: PARAMETERS, language: 'fr' })).toBeUndefined();
    expect(recalled({ parameters: PARAMETERS, name: 'nope' })).toBeUndefined();

    catalogue.forget();
    expect(recalled({ parameters: PARAMETERS })).toBeUndefined();
  });

  it.each<[string, Partial<CloudApiTemplate>, object, string, string, RegExp]>([
    [
      'an unknown name',
      {},
      { name: 'nope', parameters: [] },
      'template-not-found',
      'template.name',
      /"nope" does not exist in .*; create it/,
    ],
    [
      'a mistyped name, naming those that are near',
      {},
      { name: 'po_notificaton', parameters: PARAMETERS },
      'template-not-found',
      'template.name',
      /did you mean po_notification\?$/,
    ],
    [
      'a language it does not have, naming those it has',
      {},
      { language: 'fr', parameters: PARAMETERS },
      'template-not-found',
      'template.language',
      /no language "fr"; it has es/,
    ],
    [
      'one that Meta rejected, with the reason',
      { status: 'REJECTED', rejected_reason: 'PROMOTIONAL' },
      { parameters: PARAMETERS },
      'template-not-approved',
      'template.name',
      /is REJECTED \(PROMOTIONAL\)/,
    ],
    [
      'one that Meta disabled, saying what to do',
      { status: 'DISABLED' },
      { parameters: PARAMETERS },
      'template-not-approved',
      'template.name',
      /is DISABLED, .*create a new template/,
    ],
    [
      'one that waits for approval',
      { status: 'PENDING', rejected_reason: 'NONE' },
      { parameters: PARAMETERS },
      'template-not-approved',
      'template.name',
      /is PENDING,/,
    ],
    [
      'a wrong count of parameters',
      {},
      { parameters: ['a', 'b'] },
      'template-parameters-invalid',
      'template.parameters',
      /has 3 parameters, 2 were given/,
    ],
    [
      "a wrong count in Meta's own form",
      {},
      { components: [{ type: 'body', parameters: [{ type: 'text', text: 'a' }] }] },
      'template-parameters-invalid',
      'template.components[0].parameters',
      /has 3 parameters, 1 were given/,
    ],
    [
      'names for a template with positions',
      {},
      { parameters: { name: 'Ana' } },
      'template-parameters-invalid',
      'template.parameters',
      /has positional parameters/,
    ],
    [
      'positions for a template with names',
      { parameter_format: 'NAMED', components: [{ type: 'BODY', text: 'Hola {{name}}' }] },
      { parameters: ['Ana'] },
      'template-parameters-invalid',
      'template.parameters',
      /has named parameters: give an object with name/,
    ],
  ])('refuses %s', async (_, change, template, code, field, message) => {
    atMeta = [{ ...PO, ...change }];
    await catalogue.sync(SENDER);

    const error = await refusal(template);

    expect(error).toMatchObject({ status: 422, code, errors: [{ field, message: expect.stringMatching(message) }] });
  });

  it('names the languages of a template, kinds of the same language first', async () => {
    atMeta = ['de', 'en_US', 'es', 'es_MX'].map((language, id) => ({ ...PO, id: String(id), language }));
    await catalogue.sync(SENDER);

    const error = await refusal({ language: 'es_AR', parameters: PARAMETERS });

    expect(error?.errors).toEqual([
      {
        field: 'template.language',
        message: 'template "po_notification" has no language "es_AR"; it has es, es_MX, de, en_US',
      },
    ]);
  });

  it.each([
    ['that Meta only warns of', 'FLAGGED'],
    ['that Meta paused: its messages wait until it goes on', 'PAUSED'],
  ])('takes a send of a template %s', async (_, status) => {
    atMeta = [{ ...PO, status }];
    await catalogue.sync(SENDER);

    expect(await refusal({ parameters: PARAMETERS })).toBeUndefined();
  });

  describe('beside other faults of a message', () => {
    const beside = (template: object, ...fields: string[]) => {
      const message = { type: 'template', template: { name: 'po_notification', language: 'es', ...template } };
      const errors = fields.map((field) => ({ field, message: 'is wrong' }));
      return catalogue.faultsBeside(errors, null, SENDER, message);
    };
    const fieldsBeside = async (...given: Parameters<typeof beside>) =>
      (await beside(...given)).map(({ field }) => field);

    beforeEach(() => catalogue.sync(SENDER));

    it('says what the template has against it', async () => {
      expect(await fieldsBeside({ parameters: ['a\nb'], header: 'x' }, 'to', 'template.parameters[0]')).toEqual([
        'template.parameters',
        'template.header',
      ]);
    });

    it('says nothing twice of one value, nor of its parts', async () => {
      expect(await fieldsBeside({ parameters: 'x', header: { text: 7 } }, 'template.parameters')).toEqual([
        'template.header',
      ]);
      expect(await fieldsBeside({ parameters: PARAMETERS, header: 'x' }, 'template.header')).toEqual([]);
      expect(await fieldsBeside({ components: [{ type: 'header', parameters: [{}] }] }, 'template.components')).toEqual(
        [],
      );
    });

    it('says nothing where it is not clear which template is meant', async () => {
      expect(await beside({ language: 7 })).toEqual([]);
      expect(await beside({ name: 'PO' }, 'template.name')).toEqual([]);
      expect(await catalogue.faultsBeside([], null, SENDER, { type: 'text', template: {} })).toEqual([]);
      expect(await catalogue.faultsBeside([], null, SENDER, { type: 'template', template: 'po_notification' })).toEqual(
        [],
      );
    });

    it('says nothing while nothing is known of the templates', async () => {
      [stored, metaIsAway] = [[], true];
      now += 60_000;

      expect(await beside({ parameters: ['a'] }, 'to')).toEqual([]);
    });
  });

  it('asks Meta once more before it refuses by an old copy', async () => {
    atMeta = [{ ...PO, status: 'PENDING' }];
    await catalogue.sync(SENDER);
    now += 60_000;
    atMeta = [PO];

    const errors = [await refusal({ parameters: PARAMETERS }), await refusal({ parameters: PARAMETERS })];

    expect(errors).toEqual([undefined, undefined]);
    expect(pulls).toBe(2);
  });

  it('believes a fresh copy without asking again', async () => {
    await catalogue.sync(SENDER);

    expect((await refusal({ name: 'nope', parameters: [] }))?.status).toBe(422);
    expect(pulls).toBe(1);
  });

  it('fetches the templates for the first send when the start could not', async () => {
    expect(await refusal({ parameters: PARAMETERS })).toBeUndefined();
    expect(pulls).toBe(1);
  });

  it('says that it cannot tell, when the templates were never fetched and Meta is away', async () => {
    metaIsAway = true;

    expect(await refusal({ parameters: PARAMETERS })).toMatchObject({
      status: 503,
      code: 'templates-unavailable',
      retryAfterSeconds: 10,
    });
  });

  it('does not believe what another replica fetched for longer than what it fetched itself', async () => {
    anotherAsked = true;
    await catalogue.sync(SENDER, 30 * 60_000);
    anotherAsked = false;

    expect(await refusal({ parameters: PARAMETERS })).toBeUndefined();
    expect(pulls).toBe(1);
  });

  it('stands by its copy when Meta is away', async () => {
    await catalogue.sync(SENDER);
    now += 60_000;
    metaIsAway = true;

    expect((await refusal({ parameters: ['a'] }))?.code).toBe('template-parameters-invalid');
    expect(await refusal({ parameters: PARAMETERS })).toBeUndefined();
  });

  it('stands by the copy of an earlier start when Meta is away', async () => {
    await catalogue.sync(SENDER);
    catalogue = aCatalogue();
    metaIsAway = true;

    expect((await refusal({ parameters: ['a'] }))?.code).toBe('template-parameters-invalid');
  });

  it('shares one pull among callers at the same time, also when it fails', async () => {
    await Promise.all([catalogue.sync(SENDER), catalogue.sync(SENDER)]);
    metaIsAway = true;
    const failed = await Promise.allSettled([catalogue.sync(SENDER), catalogue.sync(SENDER)]);
    metaIsAway = false;
    await catalogue.sync(SENDER);

    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(pulls).toBe(3);
  });

  describe('its copy', () => {
    it('is read once for many sends of one template', async () => {
      await catalogue.sync(SENDER);

      await Promise.all(Array.from({ length: 10 }, () => refusal({ parameters: PARAMETERS })));
      await refusal({ parameters: PARAMETERS });

      expect(lookUps).toEqual([`${SENDER.businessAccountId}/po_notification`]);
    });

    it('is read for each template and account by itself', async () => {
      await catalogue.sync(SENDER);

      await refusal({ parameters: PARAMETERS });
      await refusal({ name: 'another' });
      await refusal({ parameters: PARAMETERS }, { ...SENDER, businessAccountId: '2' });

      expect(lookUps.slice(0, 2)).toEqual([
        `${SENDER.businessAccountId}/po_notification`,
        `${SENDER.businessAccountId}/another`,
      ]);
      expect(lookUps).toContain('2/po_notification');
    });

    it('is read again after a sync: what Meta disabled is not sent from memory', async () => {
      await catalogue.sync(SENDER);
      await refusal({ parameters: PARAMETERS });
      atMeta = [{ ...PO, status: 'DISABLED' }];

      await catalogue.sync(SENDER);

      expect((await refusal({ parameters: PARAMETERS }))?.code).toBe('template-not-approved');
    });

    it('is not remembered as it was read before a sync that ended meanwhile', async () => {
      await catalogue.sync(SENDER);
      beforeAnswer = async () => {
        beforeAnswer = () => Promise.resolve();
        atMeta = [{ ...PO, status: 'DISABLED' }];
        await catalogue.sync(SENDER);
      };

      const meanwhile = await refusal({ parameters: PARAMETERS });
      const afterwards = await refusal({ parameters: PARAMETERS });

      expect([meanwhile, afterwards?.code]).toEqual([undefined, 'template-not-approved']);
    });
  });

  describe('a key', () => {
    const TARGET: KeyTarget = { templateKey: 'order', language: null, templateName: 'po_notification', tenantId: null };

    /** What is sent by a key, or its refusal. */
    async function byKey(template: object) {
      const message = {
        type: 'template',
        template: { key: 'order', language: 'es', parameters: PARAMETERS, ...template },
      };
      try {
        const content = await catalogue.resolve('tenant', SENDER, readContent(message).content!);
        await catalogue.check(SENDER, message, content);
        return content;
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    }

    it("stands for Meta's name", async () => {
      await catalogue.sync(SENDER);
      keyTargets = [TARGET];

      const content = await byKey({});

      expect(content).toMatchObject({ template: { name: 'po_notification', language: { code: 'es' } } });
      expect(content).not.toHaveProperty('template.key');
    });

    it('is looked up once for many sends, and again after a sync', async () => {
      await catalogue.sync(SENDER);
      keyTargets = [TARGET];

      await Promise.all([byKey({}), byKey({})]);
      await byKey({});
      await catalogue.sync(SENDER);
      await byKey({});

      expect(keyLookUps).toBe(2);
    });

    it('costs a send by name nothing', async () => {
      const { content } = readContent({ type: 'template', template: { name: 'po_notification', language: 'es' } });

      expect(await catalogue.resolve('tenant', SENDER, content!)).toBe(content);
      expect(keyLookUps).toBe(0);
    });

    it.each<[string, Partial<KeyTarget>, object, string, RegExp]>([
      ['one that is unknown', {}, { key: 'ordr' }, 'template.key', /the key "ordr"; did you mean order\?$/],
      ['one like no other', {}, { key: 'x' }, 'template.key', /the key "x"; GET .*template-keys/],
      ['one without the language', { language: 'pt_BR' }, {}, 'template.language', /"es"; there is pt_BR$/],
      ['one of a template that is gone', { templateName: 'gone' }, {}, 'template.key', /"gone" does not exist/],
    ])('is refused where it is %s', async (_, target, template, field, message) => {
      await catalogue.sync(SENDER);
      keyTargets = [{ ...TARGET, ...target }];

      expect(await byKey(template)).toMatchObject({
        status: 422,
        code: 'template-not-found',
        errors: [{ field, message: expect.stringMatching(message) }],
      });
    });

    it('is asked for once more before an old copy refuses it', async () => {
      await catalogue.sync(SENDER);
      now += 60_000;
      cloudApi.listTemplates = async function* () {
        await Promise.resolve();
        keyTargets = [TARGET];
        yield PO;
      };

      expect(await byKey({})).toMatchObject({ template: { name: 'po_notification' } });
    });
  });

  it('copies what Meta lists', async () => {
    atMeta = [PO, { id: '2', name: 'bare', language: 'en_US', status: 'APPROVED' }];

    await catalogue.sync(SENDER);

    expect(stored).toEqual([
      expect.objectContaining({
        templateName: 'po_notification',
        templateKey: 'po_notification',
        category: 'UTILITY',
        bodyText: 'Hola {{1}}, orden {{2}} por {{3}}.',
        parameterCount: 3,
        parameterFormat: 'POSITIONAL',
        metaTemplateId: '1',
        rejectedReason: null,
      }),
      expect.objectContaining({ templateName: 'bare', bodyText: '', parameterCount: 0, components: [] }),
    ]);
  });
});
