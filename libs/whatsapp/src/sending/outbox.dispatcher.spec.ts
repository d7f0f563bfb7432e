import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AttemptResult, OpenHold, OutboxMessage, SenderPaceRepository } from '#messages';

import { anOutboxMessage } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { CloudApiClient, type HttpAnswer, type HttpRequest, HttpTransportError } from '../cloud-api/index.ts';
import type { AttemptRecorder } from './attempt.recorder.ts';
import { OutboxDispatcher } from './outbox.dispatcher.ts';
import type { SendHoldsService } from './send-holds.service.ts';

Logger.overrideLogger(false);

const SENDER = aSender();
const MESSAGE = anOutboxMessage({ recipientPhone: '+34612345678', attempts: 3 });
const ACCEPTED = JSON.stringify({ contacts: [{ wa_id: '34612345678' }], messages: [{ id: 'wamid.1' }] });
const START_BEFORE = Infinity;

const refusal = (code: number, status = 400) => ({
  status,
  text: JSON.stringify({ error: { code, message: `(#${code}) no` } }),
});

describe(OutboxDispatcher.name, () => {
  let requests: HttpRequest[];
  let answer: () => Promise<HttpAnswer>;
  let recorded: AttemptResult[];
  /** What was done with limits, and when the result was recorded. */
  let steps: string[];
  let limitsFail: boolean;
  let dispatcher: OutboxDispatcher;

  beforeEach(() => {
    [requests, recorded, steps, limitsFail] = [[], [], [], false];
    answer = () => Promise.resolve({ status: 200, text: ACCEPTED });
    const transport = {
      request: (request: HttpRequest) => {
        requests.push(request);
        return answer();
      },
      close: () => Promise.resolve(),
    };
    const recorder = strict<AttemptRecorder>({
      record: (result) => {
        recorded.push(result);
        return step('recorded');
      },
    });
    const holds = strict<SendHoldsService>({
      note: ({ code }, { phoneNumberId }, { id }) => step(`held for ${code}, ${phoneNumberId}, ${id}`),
      passed: (probing, { id }) => step(`passed ${probing.map((hold) => hold.id).join()} with ${id}`),
    });
    const paces = strict<SenderPaceRepository>({ slowDown: (phoneNumberId) => step(`slowed ${phoneNumberId}`) });
    const options = { graphUrl: 'https://graph.test', apiVersion: 'v26.0', timeoutMs: 1_000, transport };
    dispatcher = new OutboxDispatcher(new CloudApiClient(options), recorder, holds, paces);
  });

  async function step(name: string): Promise<void> {
    // A limit that is not waited for comes too late for its place in the list.
    if (name !== 'recorded') await new Promise(setImmediate);
    if (limitsFail && name !== 'recorded') throw new Error('The database is away');
    steps.push(name);
  }
  const dispatch = (change: Partial<OutboxMessage> = {}, probing: OpenHold[] = [], startBefore = START_BEFORE) =>
    dispatcher.dispatch({ ...MESSAGE, ...change }, SENDER, { startBefore, probing });

  it('sends the content to the address, with message and attempt as what Meta echoes', async () => {
    await dispatch();

    expect(requests.map(({ path, body }) => [path, JSON.parse(body as string) as unknown])).toEqual([
      [
        '/v26.0/106540352242922/messages',
        {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          to: '+34612345678',
          type: 'text',
          text: { body: 'Hola' },
          biz_opaque_callback_data: `${MESSAGE.id}/3`,
        },
      ],
    ]);
  });

  it('writes to a user id where there is no phone number', async () => {
    await dispatch({ recipientPhone: null, recipientUserId: 'ES.1' });

    const body = JSON.parse(requests[0]?.body as string) as Record<string, unknown>;
    expect([body.to, body.recipient]).toEqual([undefined, 'ES.1']);
  });

  it('tells the transport until when the first byte may leave', async () => {
    await dispatch({}, [], 12_345);

    expect(requests.map(({ startBefore }) => startBefore)).toEqual([12_345]);
  });

  it('records what Meta accepted', async () => {
    await dispatch();

    expect(recorded).toEqual([
      expect.objectContaining({
        message: MESSAGE,
        elapsedMs: expect.any(Number),
        outcome: 'accepted',
        status: 'SENT',
        whatsappMessageId: 'wamid.1',
      }),
    ]);
  });

  it.each<[string, () => Promise<HttpAnswer>, object]>([
    [
      'a refusal',
      () => Promise.resolve(refusal(131026)),
      { outcome: 'refused', status: 'FAILED', error: expect.objectContaining({ code: '131026' }) },
    ],
    [
      'a connection that was refused',
      () => Promise.reject(new HttpTransportError('connection refused', false)),
      { outcome: 'not-sent', status: 'PENDING', pendingReason: 'retrying' },
    ],
    [
      'a lost answer',
      () => Promise.reject(new HttpTransportError('timeout', true)),
      { outcome: 'unknown', status: 'PENDING', pendingReason: 'unconfirmed' },
    ],
  ])('records %s and never throws', async (_, result, expected) => {
    answer = result;

    await dispatch();

    expect(recorded).toEqual([expect.objectContaining(expected)]);
  });

  it('leaves a message unconfirmed when our own code broke after the claim: nobody knows what left', async () => {
    await dispatch({ content: { type: 'text', text: { body: 1n } } });

    expect(recorded).toEqual([
      expect.objectContaining({ outcome: 'unknown', status: 'PENDING', pendingReason: 'unconfirmed' }),
    ]);
  });

  it('counts the attempt that was claimed', async () => {
    answer = () => Promise.resolve(refusal(131016, 503));

    await dispatch({ attempts: 7 });
    await dispatch({ attempts: 8 });

    expect(recorded.map(({ status }) => status)).toEqual(['PENDING', 'FAILED']);
  });

  describe('limits', () => {
    const HOLD = { id: 'hold', scope: 'number', scopeKey: SENDER.phoneNumberId } as OpenHold;

    it('slows a number down that is too fast for Meta, before the result is recorded', async () => {
      answer = () => Promise.resolve(refusal(130429, 429));

      await dispatch();

      expect(steps).toEqual([`slowed ${SENDER.phoneNumberId}`, 'recorded']);
    });

    it('has a refusal held before its result is recorded, so that what it stops is not claimed again at once', async () => {
      answer = () => Promise.resolve(refusal(190, 401));

      await dispatch();

      expect(steps).toEqual([`held for 190, ${SENDER.phoneNumberId}, ${MESSAGE.id}`, 'recorded']);
    });

    it('ends a hold with the probe that Meta takes', async () => {
      await dispatch({}, [HOLD]);

      expect(steps).toEqual([`passed hold with ${MESSAGE.id}`, 'recorded']);
    });

    it.each<[string, () => Promise<HttpAnswer>]>([
      ['refused', () => Promise.resolve(refusal(131026))],
      ['lost', () => Promise.reject(new HttpTransportError('timeout', true))],
    ])('ends no hold with a probe that was %s', async (_, result) => {
      answer = result;

      await dispatch({}, [HOLD]);

      expect(steps.filter((each) => each.startsWith('passed'))).toEqual([]);
    });

    it.each<[string, () => Promise<HttpAnswer>, OpenHold[], string]>([
      ['slowed down', () => Promise.resolve(refusal(130429, 429)), [], 'refused'],
      ['held', () => Promise.resolve(refusal(190, 401)), [], 'refused'],
      ['released', () => Promise.resolve({ status: 200, text: ACCEPTED }), [HOLD], 'accepted'],
    ])('records the result also where nothing can be %s', async (_, result, probing, outcome) => {
      limitsFail = true;
      answer = result;

      await dispatch({}, probing);

      expect(recorded).toEqual([expect.objectContaining({ outcome })]);
    });
  });
});
