import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AttemptResult, OutboxMessage, OutboxRepository } from '#messages';
import type { Sender } from '#tenants';

import { strict } from '../../../../test/factories/strict.ts';
import { CloudApiClient, type HttpAnswer, type HttpRequest, HttpTransportError } from '../cloud-api/index.ts';
import { OutboxDispatcher } from './outbox.dispatcher.ts';

Logger.overrideLogger(false);

const SENDER: Sender = {
  phoneNumberId: '106540352242922',
  businessAccountId: '102290129340398',
  accessToken: 'token',
  appSecret: undefined,
};
const MESSAGE: OutboxMessage = {
  id: 'message',
  tenantId: 'tenant',
  phoneNumberId: SENDER.phoneNumberId,
  recipientPhone: '+34612345678',
  recipientUserId: null,
  content: { type: 'text', text: { body: 'Hola' } },
  attempts: 0,
};
const ACCEPTED = JSON.stringify({ contacts: [{ wa_id: '34612345678' }], messages: [{ id: 'wamid.1' }] });

describe(OutboxDispatcher.name, () => {
  let requests: HttpRequest[];
  let answer: () => Promise<HttpAnswer>;
  let recorded: AttemptResult[];
  let faultsOfTheDatabase: number;
  let dispatcher: OutboxDispatcher;

  beforeEach(() => {
    [requests, recorded, faultsOfTheDatabase] = [[], [], 0];
    answer = () => Promise.resolve({ status: 200, text: ACCEPTED });
    const transport = {
      request: (request: HttpRequest) => {
        requests.push(request);
        return answer();
      },
      close: () => Promise.resolve(),
    };
    const outbox = strict<OutboxRepository>({
      recordResults: (results) => {
        if (faultsOfTheDatabase-- > 0) return Promise.reject(new Error('The database is away'));
        recorded.push(...results);
        return Promise.resolve();
      },
    });
    const options = { graphUrl: 'https://graph.test', apiVersion: 'v26.0', timeoutMs: 1_000, transport };
    dispatcher = new OutboxDispatcher(outbox, new CloudApiClient(options));
  });

  const dispatch = (change: Partial<OutboxMessage> = {}) =>
    dispatcher.dispatch({ ...MESSAGE, ...change }, 'attempt', SENDER);

  it('sends the content to the address, with the attempt as what Meta echoes', async () => {
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
          biz_opaque_callback_data: 'attempt',
        },
      ],
    ]);
  });

  it('writes to a user id where there is no phone number', async () => {
    await dispatch({ recipientPhone: null, recipientUserId: 'ES.1' });

    const body = JSON.parse(requests[0]?.body as string) as Record<string, unknown>;
    expect([body.to, body.recipient]).toEqual([undefined, 'ES.1']);
  });

  it('records what Meta accepted', async () => {
    await dispatch();

    expect(recorded).toEqual([
      expect.objectContaining({
        messageId: 'message',
        attemptId: 'attempt',
        status: 'SENT',
        whatsappMessageId: 'wamid.1',
      }),
    ]);
  });

  it.each<[string, () => Promise<HttpAnswer>, object]>([
    [
      'a refusal',
      () => Promise.resolve({ status: 400, text: JSON.stringify({ error: { code: 131026, message: 'no' } }) }),
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

  it('leaves a message unconfirmed when our own code broke after the fence: nobody knows what left', async () => {
    await dispatch({ content: { type: 'text', text: { body: 1n } } });

    expect(recorded).toEqual([
      expect.objectContaining({ outcome: 'unknown', status: 'PENDING', pendingReason: 'unconfirmed' }),
    ]);
  });

  it('counts the attempt it makes', async () => {
    const busy = { error: { code: 131016, message: 'busy' } };
    answer = () => Promise.resolve({ status: 503, text: JSON.stringify(busy) });

    await dispatch({ attempts: 6 });
    await dispatch({ attempts: 7 });

    expect(recorded.map(({ status }) => status)).toEqual(['PENDING', 'FAILED']);
  });

  it('repeats the recording, and never the send, while the database is away', async () => {
    faultsOfTheDatabase = 2;

    await dispatch();

    expect(recorded).toEqual([expect.objectContaining({ status: 'SENT', whatsappMessageId: 'wamid.1' })]);
    expect(requests).toHaveLength(1);
  });
});
