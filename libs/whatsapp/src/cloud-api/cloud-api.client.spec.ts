import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';

import { CloudApiClient, type CloudApiClientOptions } from './cloud-api.client.ts';
import {
  CloudApiError,
  CloudApiNotSentError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
} from './cloud-api.error.ts';
import type { CloudApiTemplate, OutgoingMessage } from './cloud-api.types.ts';
import type { CloudApiAccount } from './cloud-api-account.ts';

const account: CloudApiAccount = {
  phoneNumberId: '106540352242922',
  businessAccountId: '102290129340398',
  accessToken: 'EAAGsecretToken',
};
const message: OutgoingMessage = {
  messaging_product: 'whatsapp',
  to: '+34612345678',
  type: 'text',
  text: { body: 'Tu pedido está listo: ñandú 😀' },
  biz_opaque_callback_data: 'opaque-1',
};
const accepted = {
  messaging_product: 'whatsapp',
  contacts: [{ input: '+34612345678', wa_id: '34612345678' }],
  messages: [{ id: 'wamid.HBgL1', message_status: 'accepted' }],
};

interface SeenRequest {
  method: string | undefined;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}
type Answer = (response: ServerResponse, request: SeenRequest) => void;

const json =
  (status: number, body: unknown): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refuse = (status: number, code: number): Answer => json(status, { error: { code, message: 'refused' } });

const open: { server: Server; client: CloudApiClient }[] = [];

afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    server.closeAllConnections();
    await client.close();
    await new Promise((closed) => server.close(closed));
  }
});

/** A server in Meta's place, a client that calls it, and what the server saw. */
async function aGraph(answer: Answer, options: Partial<CloudApiClientOptions> = {}) {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const seen = { method, url: new URL(url ?? '', 'http://graph'), headers, body: Buffer.concat(chunks).toString() };
      requests.push(seen);
      answer(response, seen);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const graphUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new CloudApiClient({ graphUrl, apiVersion: 'v26.0', timeoutMs: 5_000, ...options });
  open.push({ server, client });
  return { client, requests, graphUrl };
}

async function failureOf(call: Promise<unknown>): Promise<CloudApiError> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof CloudApiError)) throw new Error(`expected a CloudApiError, got ${inspect(failure)}`);
  return failure;
}

describe(CloudApiClient.name, () => {
  describe('sendMessage', () => {
    it('posts the message as it is and answers with its wamid', async () => {
      const { client, requests } = await aGraph(json(200, accepted));

      const sent = await client.sendMessage(account, message);

      expect(sent).toEqual({
        whatsappMessageId: 'wamid.HBgL1',
        waId: '34612345678',
        userId: undefined,
        messageStatus: 'accepted',
        response: accepted,
      });
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({
        method: 'POST',
        headers: { authorization: 'Bearer EAAGsecretToken', 'content-type': 'application/json' },
      });
      expect(requests[0]?.url.href).toBe('http://graph/v26.0/106540352242922/messages');
      expect(JSON.parse(requests[0]?.body ?? '')).toEqual(message);
    });

    it('proves that it knows the app secret when the account has one', async () => {
      const { client, requests } = await aGraph(json(200, accepted));

      await client.sendMessage({ ...account, accessToken: 'what do ya want for nothing?', appSecret: 'Jefe' }, message);

      // RFC 4231, test case 2
      expect(requests[0]?.url.search).toBe(
        '?appsecret_proof=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      );
    });

    it('speaks the version that the account asks for', async () => {
      const { client, requests } = await aGraph(json(200, accepted));

      await client.sendMessage({ ...account, apiVersion: 'v25.0' }, message);

      expect(requests[0]?.url.pathname).toBe('/v25.0/106540352242922/messages');
    });

    it('keeps the path of the base URL', async () => {
      const { graphUrl, requests } = await aGraph(json(200, accepted));
      const client = new CloudApiClient({ graphUrl: `${graphUrl}/meta/`, apiVersion: 'v26.0', timeoutMs: 5_000 });

      await client.sendMessage(account, message);
      await client.close();

      expect(requests[0]?.url.pathname).toBe('/meta/v26.0/106540352242922/messages');
    });

    it('reads the user id when the message went to one', async () => {
      const { client } = await aGraph(
        json(200, { contacts: [{ user_id: 'ES.1349' }], messages: [{ id: 'wamid.HBgL2' }] }),
      );

      const sent = await client.sendMessage(account, { ...message, to: undefined, recipient: 'ES.1349' });

      expect(sent).toMatchObject({ whatsappMessageId: 'wamid.HBgL2', userId: 'ES.1349', waId: undefined });
    });

    it('keeps its connections for later calls', async () => {
      const ports = new Set<number | undefined>();
      const { client } = await aGraph((response, request) => {
        ports.add(response.socket?.remotePort);
        json(200, accepted)(response, request);
      });

      for (let call = 0; call < 6; call++) await client.sendMessage(account, message);

      // undici frees a connection one turn of the event loop after the answer, so a second one may take its turn.
      expect(ports.size).toBeLessThanOrEqual(2);
    });

    it.each([
      [400, 131056, 'SLOW'],
      [429, 80007, 'SLOW'],
      [500, 131000, 'RETRY'],
      [401, 190, 'STOP'],
      [200, 132000, 'BAD'],
    ])('is refused for certain by an envelope under HTTP %i (code %i)', async (status, code, errorClass) => {
      const { client, requests } = await aGraph(refuse(status, code));

      const failure = await failureOf(client.sendMessage(account, message));

      expect(failure).toBeInstanceOf(CloudApiRefusal);
      expect(failure).toMatchObject({ outcome: 'refused', code, httpStatus: status, advice: { class: errorClass } });
      expect(requests).toHaveLength(1);
    });

    const halfABody: Answer = (response) => {
      response.writeHead(200, { 'content-length': '200' }).write('{"messages":[{"id":');
      setImmediate(() => response.destroy());
    };
    it.each<[string, Answer, string, number | undefined]>([
      [
        'the connection is reset before the answer',
        (response) => response.socket?.resetAndDestroy(),
        'ECONNRESET',
        undefined,
      ],
      [
        'the connection is closed before the answer',
        (response) => response.socket?.destroy(),
        'UND_ERR_SOCKET',
        undefined,
      ],
      ['half of the body arrives', halfABody, 'UND_ERR_SOCKET', undefined],
      [
        'a proxy answers with a page',
        (response) => response.writeHead(502).end('<html></html>'),
        'HTTP 502 without envelope',
        502,
      ],
      ['a 500 has no body', (response) => response.writeHead(500).end(), 'HTTP 500 without envelope', 500],
      ['a 200 has no message id', json(200, { messaging_product: 'whatsapp', messages: [] }), 'no message id', 200],
      ['a 200 has an empty message id', json(200, { messages: [{ id: '' }] }), 'no message id', 200],
      ['a 200 is not JSON', (response) => response.writeHead(200).end('OK'), 'answer is not a JSON object', 200],
      [
        'the answer is endless',
        (response) => response.writeHead(200).end('x'.repeat(1024 * 1024 + 1)),
        'ANSWER_TOO_LARGE',
        undefined,
      ],
      [
        'a redirect points elsewhere',
        (response) => response.writeHead(307, { location: '/' }).end(),
        'HTTP 307 without envelope',
        307,
      ],
    ])('cannot tell the outcome when %s, and does not ask again', async (_when, answer, reason, httpStatus) => {
      const { client, requests } = await aGraph(answer);

      const failure = await failureOf(client.sendMessage(account, message));

      expect(failure).toBeInstanceOf(CloudApiUnknownOutcomeError);
      expect(failure).toMatchObject({ outcome: 'unknown', reason, httpStatus });
      expect(requests).toHaveLength(1);
    });

    it.each<[string, Answer]>([
      ['never comes', () => {}],
      ['stops in the middle', (response) => response.writeHead(200).write('{"messages":')],
    ])('cannot tell the outcome when the answer %s within the time-out', async (_when, answer) => {
      const { client, requests } = await aGraph(answer, { timeoutMs: 100 });

      const failure = await failureOf(client.sendMessage(account, message));

      expect(failure).toBeInstanceOf(CloudApiUnknownOutcomeError);
      expect(failure).toMatchObject({ reason: 'TIMEOUT' });
      expect(requests).toHaveLength(1);
    });

    it('knows that nothing was sent when nobody listens', async () => {
      const { client } = await aGraph(json(200, accepted));
      await new Promise((closed) => open[0]?.server.close(closed));

      const failure = await failureOf(client.sendMessage(account, message));

      expect(failure).toBeInstanceOf(CloudApiNotSentError);
      expect(failure).toMatchObject({ outcome: 'not-sent', reason: 'ECONNREFUSED' });
    });

    it('knows that nothing was sent once it is closed', async () => {
      const { client, requests } = await aGraph(json(200, accepted));
      await client.close();

      const failure = await failureOf(client.sendMessage(account, message));

      expect(failure).toBeInstanceOf(CloudApiNotSentError);
      expect(requests).toHaveLength(0);
    });

    const everything = ({ url, headers, body }: SeenRequest) => `${url.search} ${headers.authorization} ${body}`;
    it.each<[string, Answer]>([
      [
        'refusal',
        (response, seen) => {
          const message = `Malformed: ${seen.headers.authorization} ${seen.url.search}`;
          json(400, { error: { code: 190, message } })(response, seen);
        },
      ],
      ['lost answer', (response) => response.socket?.resetAndDestroy()],
      ['broken answer', (response, seen) => response.socket?.end(`HTTP/1.1 200 OK\r\n\0${everything(seen)}`)],
      ['page of a proxy', (response, seen) => response.writeHead(502).end(everything(seen))],
    ])('shows no secret and no message in the error of a %s', async (_kind, answer) => {
      const { client, requests } = await aGraph(answer);

      const failure = await failureOf(client.sendMessage({ ...account, appSecret: 'app-secret' }, message));

      const proof = requests[0]?.url.searchParams.get('appsecret_proof') ?? 'no proof was sent';
      for (const shown of [
        inspect(failure, { depth: null, showHidden: true }),
        JSON.stringify(failure),
        failure.stack ?? '',
      ]) {
        for (const secret of [account.accessToken, 'app-secret', proof, 'Tu pedido', message.to]) {
          expect(shown).not.toContain(secret);
        }
      }
      expect(failure.cause).toBeUndefined();
    });

    it('shows no token that is unfit for a header', async () => {
      const { client, requests } = await aGraph(json(200, accepted));

      const failure = await failureOf(client.sendMessage({ ...account, accessToken: 'EAAGbroken\ntoken' }, message));

      expect(failure).toMatchObject({ outcome: 'not-sent', reason: 'UND_ERR_INVALID_ARG' });
      expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('EAAG');
      expect(requests).toHaveLength(0);
    });
  });

  describe('markAsRead', () => {
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.HBgL1' };

    it.each([
      ['alone', {}, read],
      ['with the typing bubble', { typing: true }, { ...read, typing_indicator: { type: 'text' } }],
    ])('posts the receipt %s', async (_how, options, body) => {
      const { client, requests } = await aGraph(json(200, { success: true }));

      await client.markAsRead(account, 'wamid.HBgL1', options);

      expect(requests).toHaveLength(1);
      expect(requests[0]?.url.pathname).toBe('/v26.0/106540352242922/messages');
      expect(JSON.parse(requests[0]?.body ?? '')).toEqual(body);
    });

    it('does not take an answer without confirmation for success', async () => {
      const { client } = await aGraph(json(200, { success: false }));

      await expect(client.markAsRead(account, 'wamid.HBgL1')).rejects.toMatchObject({ outcome: 'unknown' });
    });
  });

  describe('getPhoneNumber', () => {
    it('asks for the fields that tell how the number does', async () => {
      const info = { id: account.phoneNumberId, display_phone_number: '+34 612 34 56 78', quality_rating: 'GREEN' };
      const { client, requests } = await aGraph(json(200, info));

      const answer = await client.getPhoneNumber(account);

      expect(answer).toEqual(info);
      expect(requests[0]).toMatchObject({ method: 'GET', body: '' });
      expect(requests[0]?.url.pathname).toBe('/v26.0/106540352242922');
      expect(requests[0]?.url.searchParams.get('fields')?.split(',')).toEqual(
        expect.arrayContaining(['display_phone_number', 'verified_name', 'quality_rating', 'status', 'throughput']),
      );
    });

    it('does not let a strange id leave its place in the path', async () => {
      const { client, requests } = await aGraph(refuse(400, 100));

      await failureOf(client.getPhoneNumber({ ...account, phoneNumberId: '../me?x=' }));

      expect(requests[0]?.url.pathname).toBe('/v26.0/..%2Fme%3Fx=');
    });

    it('does not take an answer without an id for a number', async () => {
      const { client } = await aGraph(json(200, {}));

      await expect(client.getPhoneNumber(account)).rejects.toMatchObject({ outcome: 'unknown' });
    });
  });

  describe('listTemplates', () => {
    const aTemplate = (id: string): CloudApiTemplate => ({ id, name: `t${id}`, language: 'es', status: 'APPROVED' });
    const fieldsOf = ({ url }: { url: URL }) => url.searchParams.get('fields')?.split(',') ?? [];
    const allOf = async (templates: AsyncIterable<CloudApiTemplate>) => {
      const ids: string[] = [];
      for await (const { id } of templates) ids.push(id);
      return ids;
    };

    it('reads page after page from its own host, wherever Meta points', async () => {
      const { client, requests } = await aGraph((response, seen) => {
        const after = seen.url.searchParams.get('after');
        const page =
          after === null
            ? {
                data: [aTemplate('1')],
                paging: { cursors: { after: 'A&B' }, next: 'http://elsewhere.invalid/?after=X' },
              }
            : { data: [aTemplate('2')], paging: { cursors: { before: 'A&B', after: 'C' } } };
        json(200, page)(response, seen);
      });

      const ids = await allOf(client.listTemplates(account));

      expect(ids).toEqual(['1', '2']);
      expect(requests.map(({ url }) => [url.pathname, url.searchParams.get('after')])).toEqual([
        ['/v26.0/102290129340398/message_templates', null],
        ['/v26.0/102290129340398/message_templates', 'A&B'],
      ]);
      expect(requests[0]?.url.searchParams.get('fields')?.split(',')).toEqual(
        expect.arrayContaining(['status', 'category', 'components', 'parameter_format', 'quality_score']),
      );
    });

    it('leaves out, from then on, the fields that the version does not know', async () => {
      const { client, requests } = await aGraph((response, seen) => {
        const message =
          '(#100) Tried accessing nonexisting field (correct_category) on node type (WhatsAppBusinessHSM)';
        if (fieldsOf(seen).includes('correct_category')) json(400, { error: { code: 100, message } })(response, seen);
        else json(200, { data: [aTemplate('1')] })(response, seen);
      });

      const lists = [await allOf(client.listTemplates(account)), await allOf(client.listTemplates(account))];

      expect(lists).toEqual([['1'], ['1']]);
      expect(requests.map((seen) => fieldsOf(seen).includes('correct_category'))).toEqual([true, false, false]);
    });

    it('takes no other refusal for an unknown field', async () => {
      const { client, requests } = await aGraph(
        json(400, { error: { code: 100, message: '(#100) Invalid parameter' } }),
      );

      await expect(allOf(client.listTemplates(account))).rejects.toMatchObject({ code: 100 });
      expect(requests).toHaveLength(1);
    });

    it('takes pages that are longer than any other answer', async () => {
      const long = { ...aTemplate('1'), components: [{ type: 'BODY', text: 'x'.repeat(2 * 1024 * 1024) }] };
      const { client } = await aGraph(json(200, { data: [long] }));

      expect(await allOf(client.listTemplates(account))).toEqual(['1']);
    });

    it.each([
      ['there is no list', { paging: {} }],
      ['the next page has no cursor', { data: [], paging: { next: 'http://elsewhere.invalid/' } }],
    ])('fails rather than ending early when %s', async (_when, body) => {
      const { client } = await aGraph(json(200, body));

      await expect(allOf(client.listTemplates(account))).rejects.toMatchObject({ outcome: 'unknown', httpStatus: 200 });
    });
  });

  describe('media', () => {
    it('asks where a file is, for the account’s number', async () => {
      const info = {
        url: 'https://lookaside.fbsbx.com/x',
        mime_type: 'image/jpeg',
        sha256: 'a',
        file_size: '7',
        id: '1',
      };
      const { client, requests } = await aGraph(json(200, info));

      expect(await client.getMedia({ ...account, appSecret: 'secret' }, '1')).toEqual(info);

      expect(requests[0]?.method).toBe('GET');
      expect(requests[0]?.url.pathname).toBe('/v26.0/1');
      expect(requests[0]?.url.searchParams.get('phone_number_id')).toBe(account.phoneNumberId);
      expect(requests[0]?.url.searchParams.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/);
    });

    it('does not take an answer without a URL for a file', async () => {
      const { client } = await aGraph(json(200, { id: '1' }));

      await expect(client.getMedia(account, '1')).rejects.toMatchObject({ outcome: 'unknown' });
    });

    it('downloads with the token and a User-Agent', async () => {
      const { client, requests, graphUrl } = await aGraph((response) => response.end('bytes'));

      const { body, size } = await client.downloadMedia(account, `${graphUrl}/file?mid=1`);

      expect(size).toBe(5);
      expect(Buffer.concat((await body.toArray()) as Buffer[]).toString()).toBe('bytes');
      expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer EAAGsecretToken', 'user-agent': 'palomar' });
    });

    it('does not know how long a file is that comes in pieces, and can be left unread', async () => {
      const { client, graphUrl } = await aGraph((response) => {
        response.write('by');
        response.end('tes');
      });

      const { body, size } = await client.downloadMedia(account, `${graphUrl}/file`);
      body.destroy(new Error('too large'));
      await new Promise((closed) => body.once('close', closed));

      expect(size).toBeUndefined();
    });

    it.each([
      'https://evil.example/file',
      'https://lookaside.fbsbx.com.evil.example/file',
      'https://evilfbsbx.com/file',
      'http://lookaside.fbsbx.com/file',
      'https://lookaside.fbsbx.com:8443/file',
      'https://user:password@lookaside.fbsbx.com/file',
      'http://127.0.0.1:1/file',
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'not a URL',
    ])('takes the token nowhere else than to Meta: %s', async (url) => {
      const { client, requests } = await aGraph(json(200, {}));

      const failure = await failureOf(client.downloadMedia(account, url));

      expect(failure.outcome).toBe('not-sent');
      expect(requests).toEqual([]);
    });

    it('follows no redirect', async () => {
      const { client, requests, graphUrl } = await aGraph((response, { url }) =>
        response.writeHead(302, { location: url.pathname === '/file' ? '/elsewhere' : '/' }).end(),
      );

      const failure = await failureOf(client.downloadMedia(account, `${graphUrl}/file`));

      expect(failure).toMatchObject({ outcome: 'unknown', httpStatus: 302 });
      expect(requests).toHaveLength(1);
    });

    it.each([
      ['a URL that is over', 404, ''],
      ['a page of a proxy', 502, '<html>'],
    ])('tells %s by its status', async (_, status, text) => {
      const { client, graphUrl } = await aGraph((response) => response.writeHead(status).end(text));

      const failure = await failureOf(client.downloadMedia(account, `${graphUrl}/file`));

      expect(failure).toMatchObject({ outcome: 'unknown', httpStatus: status });
    });

    it('tells a refusal of Meta’s, without the token', async () => {
      const { client, graphUrl } = await aGraph(
        json(401, { error: { code: 190, message: `Cannot parse ${account.accessToken}` } }),
      );

      const failure = await failureOf(client.downloadMedia(account, `${graphUrl}/file`));

      expect(failure).toBeInstanceOf(CloudApiRefusal);
      expect(inspect(failure) + JSON.stringify(failure)).not.toContain(account.accessToken);
    });

    it('breaks where the transfer breaks', async () => {
      const { client, graphUrl } = await aGraph((response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => response.destroy());
      });

      const { body } = await client.downloadMedia(account, `${graphUrl}/file`);

      await expect(body.toArray()).rejects.toThrow();
    });

    it('uploads a file as the form that Meta wants, byte for byte', async () => {
      const { client, requests } = await aGraph(json(200, { id: '4711' }));
      const pieces = [Buffer.from('--by'), Buffer.from('\r\ntes')];

      const bytes = Readable.from(pieces) as AsyncIterable<Buffer>;
      const id = await client.uploadMedia(account, { bytes, size: 9, mimeType: 'audio/ogg; codecs=opus' });

      expect(id).toBe('4711');
      const [request] = requests;
      expect(request?.url.pathname).toBe(`/v26.0/${account.phoneNumberId}/media`);
      expect(request?.headers).toMatchObject({
        authorization: 'Bearer EAAGsecretToken',
        'content-length': String(Buffer.byteLength(request?.body ?? '')),
      });
      const form = await new Response(request?.body, {
        headers: { 'content-type': request?.headers['content-type'] ?? '' },
      }).formData();
      expect([form.get('messaging_product'), form.get('type')]).toEqual(['whatsapp', 'audio/ogg; codecs=opus']);
      const file = form.get('file') as Blob;
      expect([file.type, await file.text()]).toEqual(['audio/ogg; codecs=opus', '--by\r\ntes']);
    });

    it('fails, rather than wait, when the bytes of an upload end too early', async () => {
      const { client } = await aGraph(json(200, { id: '4711' }));
      const bytes = Readable.from([Buffer.from('half')]) as AsyncIterable<Buffer>;

      await expect(client.uploadMedia(account, { bytes, size: 9, mimeType: 'image/png' })).rejects.toBeInstanceOf(
        CloudApiError,
      );
    });

    it('does not take an answer without an id for an upload', async () => {
      const { client } = await aGraph(json(200, {}));
      const bytes = Readable.from([Buffer.from('x')]) as AsyncIterable<Buffer>;

      const upload = client.uploadMedia(account, { bytes, size: 1, mimeType: 'image/png' });

      await expect(upload).rejects.toMatchObject({ outcome: 'unknown' });
    });

    it('deletes a file', async () => {
      const { client, requests } = await aGraph(json(200, { success: true }));

      await client.deleteMedia(account, '4711');

      expect(requests[0]).toMatchObject({ method: 'DELETE' });
      expect(requests[0]?.url.href).toBe(`http://graph/v26.0/4711?phone_number_id=${account.phoneNumberId}`);
    });

    it('does not take a file for deleted that was not confirmed', async () => {
      const { client } = await aGraph(json(200, { success: false }));

      await expect(client.deleteMedia(account, '4711')).rejects.toMatchObject({ outcome: 'unknown' });
    });
  });
});
