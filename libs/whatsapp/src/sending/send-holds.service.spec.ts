import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import type { AppConfig } from '#common';
import type { NewHold, OpenHold, SendHoldRepository, WhatsAppMessage } from '#messages';
import type { SenderDirectory } from '#tenants';

import { anOutboxMessage, aPendingMessage, inMs } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { CloudApiRefusal } from '../cloud-api/index.ts';
import { scopesOf } from './hold-scope.ts';
import { SendHoldsService } from './send-holds.service.ts';

const PROBE_MS = 5_000;
const TX = {} as EntityManager;
const SENDER = aSender();
const OTHER = aSender({ phoneNumberId: '2', businessAccountId: '3', accessToken: 'their token' });
const MESSAGE = anOutboxMessage({ templateName: 'po_notification', templateLanguage: 'es' });
const TEMPLATE_KEY = `${SENDER.phoneNumberId}/po_notification/es`;
const NO_LIMIT = { limit: undefined, stoppedTemplates: [], probes: [], probing: [] };

const refusal = (code: number) => new CloudApiRefusal({ message: `(#${code}) no`, code }, 400);

describe(SendHoldsService.name, () => {
  let open: OpenHold[];
  let opened: NewHold[];
  let isHeldAlready: boolean;
  let unparked: string[];
  /** Messages parked for a template, by its key. */
  let parked: Map<string, string>;
  let noted: { id: string; nextInMs: number }[];
  let released: string[];
  let lines: { level: string; line: Record<string, unknown> }[];
  let service: SendHoldsService;

  beforeEach(() => {
    [open, opened, isHeldAlready, unparked, parked] = [[], [], false, [], new Map()];
    [noted, released, lines] = [[], [], []];
    const holds = strict<SendHoldRepository>({
      open: (hold) => {
        opened.push(hold);
        return Promise.resolve(!isHeldAlready);
      },
      findOpen: () => Promise.resolve(open),
      listOpen: () => Promise.resolve(open),
      unparkOne: (_, key) => {
        unparked.push(key);
        return Promise.resolve(parked.get(key));
      },
      noteProbe: (_, id, nextInMs) => Promise.resolve(void noted.push({ id, nextInMs })),
      release: (id, by) => {
        released.push(`${id} by ${by}`);
        return Promise.resolve(true);
      },
      findById: (id) => Promise.resolve(open.find((hold) => hold.id === id) ?? null),
    });
    const senders = strict<SenderDirectory>({
      byPhoneNumberId: (id) => [SENDER, OTHER].find(({ phoneNumberId }) => phoneNumberId === id),
    });
    service = new SendHoldsService({ dispatcher: { probeMs: PROBE_MS } } as AppConfig, holds, senders);
    for (const level of ['log', 'warn', 'error'] as const) {
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((line) => void lines.push({ level, line: line as Record<string, unknown> }));
    }
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  const aHold = (change: Partial<OpenHold> = {}): OpenHold => ({
    id: 'hold',
    scope: 'number',
    scopeKey: SENDER.phoneNumberId,
    error: { code: '131048', title: 'Stopped', details: null, class: 'STOP', retryable: true, action: 'Wait.' },
    heldAt: inMs(-1_000),
    probeAt: inMs(60_000),
    probes: 0,
    releasedAt: null,
    releasedBy: null,
    isProbeDue: false,
    ...change,
  });
  const ofTemplate = (change: Partial<OpenHold> = {}) =>
    aHold({ id: 'template hold', scope: 'template', scopeKey: TEMPLATE_KEY, ...change });

  describe('a refusal', () => {
    it('that stops everything is held, with its reason, and tells the operator what to do', async () => {
      await service.note(refusal(190), SENDER, MESSAGE);

      const scope = scopesOf(SENDER).find((each) => each.scope === 'token')!;
      expect(opened).toEqual([
        {
          ...scope,
          error: expect.objectContaining({ code: '190', class: 'STOP' }),
          attemptedAt: MESSAGE.attemptedAt,
          probeInMs: PROBE_MS,
        },
      ]);
      expect(lines).toEqual([
        {
          level: 'error',
          line: expect.objectContaining({ ...scope, code: '190', action: expect.stringMatching(/\w+ \w+/) }),
        },
      ]);
    });

    it('that throttles all of an account is held as long as it asks for, which is no alert', async () => {
      await service.note(refusal(80007), SENDER, MESSAGE);

      expect(opened).toMatchObject([{ scope: 'waba', scopeKey: SENDER.businessAccountId, probeInMs: 300_000 }]);
      expect(lines.map(({ level }) => level)).toEqual(['warn']);
    });

    it('that is held already is told to nobody again', async () => {
      isHeldAlready = true;

      await service.note(refusal(190), SENDER, MESSAGE);

      expect(lines).toEqual([]);
    });

    it.each([131026, 131016, 131056, 130429])('that concerns less than a scope holds nothing (%d)', async (code) => {
      await service.note(refusal(code), SENDER, MESSAGE);

      expect([opened, lines]).toEqual([[], []]);
    });
  });

  describe('the leave to send', () => {
    it('is unlimited while nothing is held', async () => {
      expect(await service.leaveFor(TX, SENDER)).toEqual(NO_LIMIT);
    });

    it.each(['token', 'app', 'waba', 'number'] as const)('is none while the %s is held', async (scope) => {
      open = [aHold(scopesOf(SENDER).find((each) => each.scope === scope))];

      expect(await service.leaveFor(TX, SENDER)).toEqual({ ...NO_LIMIT, limit: 0 });
    });

    it('is one message when it is time for a probe', async () => {
      open = [aHold({ isProbeDue: true })];

      expect(await service.leaveFor(TX, SENDER)).toEqual({ ...NO_LIMIT, limit: 1, probing: open });
    });

    it('is none while one of two holds does not want a probe yet', async () => {
      open = [aHold({ isProbeDue: true }), aHold({ id: 'other', scope: 'waba', scopeKey: SENDER.businessAccountId })];

      expect(await service.leaveFor(TX, SENDER)).toEqual({ ...NO_LIMIT, limit: 0 });
    });

    it("is not touched by another sender's holds", async () => {
      open = [aHold(), ofTemplate({ isProbeDue: true })];

      expect(await service.leaveFor(TX, OTHER)).toEqual(NO_LIMIT);
      expect(unparked).toEqual([]);
    });

    it('names the templates that are stopped; everything else may go', async () => {
      open = [ofTemplate(), ofTemplate({ id: 'theirs', scopeKey: `${OTHER.phoneNumberId}/po_notification/es` })];

      expect(await service.leaveFor(TX, SENDER)).toEqual({ ...NO_LIMIT, stoppedTemplates: ['po_notification/es'] });
    });

    it('lets a parked message go as the probe of its template', async () => {
      open = [ofTemplate({ isProbeDue: true }), ofTemplate({ id: 'second', scopeKey: `${SENDER.phoneNumberId}/b/es` })];
      parked.set(TEMPLATE_KEY, 'probe');

      expect(await service.leaveFor(TX, SENDER)).toEqual({
        limit: undefined,
        stoppedTemplates: ['po_notification/es', 'b/es'],
        probes: ['probe'],
        probing: [open[0]],
      });
      expect(unparked).toEqual([TEMPLATE_KEY]);
    });

    it('needs no probe of a template that no message waits for', async () => {
      open = [ofTemplate({ isProbeDue: true })];

      expect(await service.leaveFor(TX, SENDER)).toMatchObject({ probes: [], probing: [] });
    });

    it('does not use up the probe of a template while everything is held', async () => {
      open = [aHold({ isProbeDue: true }), ofTemplate({ isProbeDue: true })];
      parked.set(TEMPLATE_KEY, 'probe');

      expect(await service.leaveFor(TX, SENDER)).toEqual({
        limit: 1,
        stoppedTemplates: ['po_notification/es'],
        probes: [],
        probing: [open[0]],
      });
      expect(unparked).toEqual([]);
    });
  });

  describe('probes', () => {
    it('are noted for what the claimed messages put to the test, and for nothing else', async () => {
      const [number, template, other] = [aHold(), ofTemplate(), ofTemplate({ id: 'b', scopeKey: '1/b/es' })];

      const tested = await service.noteProbes(TX, [number, template, other], [MESSAGE]);

      expect(tested).toEqual([number, template]);
      expect(noted.map(({ id }) => id)).toEqual(['hold', 'template hold']);
    });

    it('are not used up when nothing was claimed', async () => {
      expect(await service.noteProbes(TX, [aHold()], [])).toEqual([]);
      expect(noted).toEqual([]);
    });

    it('get rarer, up to a minute of the usual pause', async () => {
      for (const probes of [0, 1, 2, 3, 50]) await service.noteProbes(TX, [aHold({ probes })], [MESSAGE]);

      expect(noted.map(({ nextInMs }) => nextInMs)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
    });

    it('that got through end their holds', async () => {
      await service.passed([aHold(), ofTemplate()], MESSAGE);

      expect(released).toEqual(['hold by probe', 'template hold by probe']);
      expect(lines).toMatchObject([
        { level: 'log', line: { holdId: 'hold' } },
        { level: 'log', line: { holdId: 'template hold' } },
      ]);
    });

    it('of a template are not proven by another message that got through', async () => {
      await service.passed([ofTemplate()], anOutboxMessage());

      expect(released).toEqual([]);
    });
  });

  describe('what people see', () => {
    const aShown = (change: Partial<WhatsAppMessage> = {}): WhatsAppMessage =>
      ({
        ...aPendingMessage(),
        status: 'PENDING',
        pendingReason: 'queued',
        nextAttemptAt: inMs(-1_000),
        waitsFor: null,
        error: null,
        ...change,
      }) as WhatsAppMessage;
    const show = async (message: WhatsAppMessage) => (await service.show([message]))[0]!;

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['a queued message', {}],
      ['a message that waits for its turn', { waitsFor: 'turn', nextAttemptAt: null }],
      ['a message that is tried again', { pendingReason: 'retrying' }],
    ])('is that a hold keeps %s, and why', async (_, change) => {
      open = [aHold()];

      expect(await show(aShown(change))).toMatchObject({ pendingReason: 'held', error: open[0]!.error });
    });

    it('is that Meta throttles it, where that is what the hold is for', async () => {
      open = [aHold({ error: { ...aHold().error, class: 'SLOW' } })];

      expect((await show(aShown())).pendingReason).toBe('throttled');
    });

    it("is the message's own error rather than that of the hold", async () => {
      open = [aHold()];
      const error = { ...aHold().error, code: '190' };

      expect((await show(aShown({ error }))).error).toEqual(error);
    });

    it('is that a held message only waits for its place once the hold is over', async () => {
      expect((await show(aShown({ pendingReason: 'held' }))).pendingReason).toBe('queued');
    });

    it.each<[string, Partial<WhatsAppMessage>]>([
      ['scheduled', { pendingReason: 'scheduled', nextAttemptAt: inMs(60_000) }],
      ['unconfirmed', { pendingReason: 'unconfirmed', nextAttemptAt: null }],
      ['on the wire', { pendingReason: 'sending', nextAttemptAt: null }],
      ['parked for its template', { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null }],
      ['sent', { status: 'SENT', pendingReason: null, nextAttemptAt: null }],
      ['of a number that is not held', { phoneNumberId: OTHER.phoneNumberId }],
      ['of a number that is not ours any more', { phoneNumberId: '999999999999999' }],
    ])('is untouched for what is %s', async (_, change) => {
      open = [aHold()];
      const message = aShown(change);

      expect(await service.show([aShown(), message])).toEqual([
        expect.objectContaining({ pendingReason: 'held' }),
        message,
      ]);
    });

    it('is held also for what was scheduled, once it is due', async () => {
      open = [aHold()];

      expect(await show(aShown({ pendingReason: 'scheduled' }))).toMatchObject({ pendingReason: 'held' });
    });

    it('tells a message of a suspended tenant why it waits', async () => {
      const message = aShown({ pendingReason: 'held', waitsFor: 'tenant', nextAttemptAt: null });

      expect(await show(message)).toMatchObject({ pendingReason: 'held', error: { code: 'tenant-suspended' } });
    });

    it('tells a message parked for its template why, from the hold of that template alone', async () => {
      const key = `${aShown().phoneNumberId}/po_notification/es`;
      const error = { ...aHold().error, code: '132015' };
      open = [aHold({ scope: 'template', scopeKey: `${key}_MX` }), aHold({ scope: 'template', scopeKey: key, error })];
      const template = { templateName: 'po_notification', templateLanguage: 'es' };
      const message = aShown({ ...template, pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null });

      expect(await service.show([message])).toEqual([{ ...message, error }]);
    });

    it('costs no query where nothing waits', async () => {
      const untouched = new SendHoldsService({} as AppConfig, strict({}), strict({}));
      const messages = [aShown({ status: 'READ', pendingReason: null })];

      expect(await untouched.show(messages)).toBe(messages);
    });
  });

  describe('an admin', () => {
    it('ends a hold by hand', async () => {
      open = [aHold()];

      expect(await service.releaseByHand('hold')).toBe(open[0]);
      expect(released).toEqual(['hold by admin']);
    });

    it('is told when there is no such hold', async () => {
      await expect(service.releaseByHand('nowhere')).rejects.toMatchObject({ status: 404 });
    });
  });
});
