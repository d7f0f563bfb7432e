import { beforeEach, describe, expect, it } from '@jest/globals';

import { ValidationError } from '#common';
import type {
  ContactAddress,
  ContactRepository,
  ConversationRepository,
  ConversationWindow,
  KnownContact,
  WhatsAppTemplate,
} from '#messages';

import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import type { MessageContent } from '../payloads/index.ts';
import type { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import { ConversationWindowsService } from './conversation-windows.service.ts';
import type { SendRequest } from './send-request.ts';

const TEXT: MessageContent = { type: 'text', text: { body: 'Hola' } };
const TEMPLATE = { name: 'follow_up', language: 'es', parameters: ['Ana'] };
const ENDED = new Date('2026-11-25T09:00:00.000Z');
const OPEN: ConversationWindow = { state: 'open', openUntil: new Date('2026-11-27T09:00:00.000Z') };
const CLOSED: ConversationWindow = { state: 'closed', openUntil: ENDED };
const UNKNOWN: ConversationWindow = { state: 'unknown', openUntil: null };

describe(ConversationWindowsService.name, () => {
  let window: ConversationWindow;
  let templateRefusal: Error | undefined;
  let contact: KnownContact | undefined;
  /** The contact's, those it left too. */
  let addresses: string[];
  /** The addresses whose window was looked up. */
  let asked: string[];
  let service: ConversationWindowsService;

  beforeEach(() => {
    [window, templateRefusal, contact, addresses, asked] = [OPEN, undefined, undefined, [], []];
    service = new ConversationWindowsService(
      strict<ConversationRepository>({
        windowOf: (_, addresses) => {
          asked = addresses;
          return Promise.resolve(window);
        },
      }),
      strict<ContactRepository>({
        findByAddresses: () => Promise.resolve(new Map(contact ? [['+34612345678', contact]] : [])),
        findAddresses: () => Promise.resolve(addresses.map((address) => ({ address }) as ContactAddress)),
      }),
      strict<TemplateCatalogueService>({
        check: () => (templateRefusal ? Promise.reject(templateRefusal) : Promise.resolve({} as WhatsAppTemplate)),
      }),
    );
  });

  const aRequest = (fallback?: Record<string, unknown>, message: Record<string, unknown> = TEXT): SendRequest => ({
    tenantId: 'tenant',
    message,
    ...(fallback && { fallback }),
  });
  const decide = (request: SendRequest) => {
    const { content, errors } = service.readFallback(request);
    expect(errors).toEqual([]);
    return service.decide(aSender(), '+34612345678', TEXT, request, content);
  };

  it.each([OPEN, UNKNOWN])('lets a free-form message go while the window is $state', async (known) => {
    window = known;

    expect(await decide(aRequest())).toEqual({ content: TEXT });
  });

  it('asks for every address of the person: they may have written without showing their number', async () => {
    contact = { id: 'contact' } as KnownContact;
    addresses = ['+34612345678', 'ES.1', '+34600000001'];

    await decide(aRequest());

    expect(asked).toEqual(['+34612345678', 'ES.1', '+34600000001']);
  });

  it('refuses it before Meta does once the window is closed, and says since when and what to do', async () => {
    window = CLOSED;

    const refusal = await decide(aRequest()).catch((cause: unknown) => cause);

    expect(refusal).toMatchObject({ status: 422, code: 'conversation-window-closed' });
    expect((refusal as ValidationError).errors).toEqual([
      { field: 'type', message: expect.stringMatching(/2026-11-25T09:00:00\.000Z.*send a template.*fallback/) },
    ]);
  });

  it('sends the fallback at once when the window is closed', async () => {
    window = CLOSED;

    const { content, fallback } = await decide(aRequest({ template: TEMPLATE }));

    expect(content).toMatchObject({ type: 'template', template: { name: 'follow_up', language: { code: 'es' } } });
    expect(fallback).toBeUndefined();
  });

  it('keeps the fallback for Meta’s refusal when nobody can know the window', async () => {
    window = UNKNOWN;

    const { content, fallback } = await decide(aRequest({ template: TEMPLATE }));

    expect(content).toBe(TEXT);
    expect(fallback).toMatchObject({ templateName: 'follow_up', templateLanguage: 'es', templateParameters: ['Ana'] });
  });

  it('needs no fallback while the window is open', async () => {
    expect(await decide(aRequest({ template: TEMPLATE }))).toEqual({ content: TEXT });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ['a template with a fallback', { template: TEMPLATE }, { type: 'template', template: TEMPLATE }, ['fallback']],
    ['no template in it', {}, TEXT, ['fallback.template']],
    ['another kind of message in it', { text: 'Hola', template: TEMPLATE }, TEXT, ['fallback.text']],
    ['a template without name', { template: { language: 'es' } }, TEXT, ['fallback.template.name']],
  ])('names the field of %s', (_, fallback, message, fields) => {
    const { errors } = service.readFallback(aRequest(fallback, message));

    expect(errors.map(({ field }) => field)).toEqual(fields);
  });

  it('says of a template that Meta would refuse that it is the fallback’s', async () => {
    templateRefusal = new ValidationError(
      [{ field: 'template.name', message: 'does not exist' }],
      'template-not-found',
    );

    await expect(decide(aRequest({ template: TEMPLATE }))).rejects.toMatchObject({
      code: 'template-not-found',
      errors: [{ field: 'fallback.template.name', message: 'does not exist' }],
    });
  });
});
