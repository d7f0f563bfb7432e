import { once } from 'node:events';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { createOpenApiDocument } from '../../apps/api/src/operations/openapi/document.ts';
import { operationsOf } from '../../apps/api/src/operations/openapi/json-schema.ts';
import { aPhone } from '../factories/messages.ts';
import { ADMIN_KEY, DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';

describe.each(DOORS)('what cannot be read, $door,', ({ hotRoutes }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
  });

  afterAll(() => app.stop());

  const message = () => JSON.stringify({ tenant_id: TENANT, to: aPhone(), type: 'text', text: 'Hola' });
  const post = (path: string, type: string) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': type },
      body: message(),
    });

  it.each(['multipart/form-data; boundary=x', 'application/xml', 'text/html', 'image/png'])(
    'is a body that says it is %s, though there be JSON in it',
    async (type) => {
      for (const path of [MESSAGES, `${MESSAGES}/bulk`, '/api/v1/po-events', '/api/v1/api-keys']) {
        const answer = await post(path, type);

        expect(await answer.json()).toMatchObject({ code: 'media-type-unsupported', status: 415, instance: path });
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      }
    },
  );

  it.each([
    'application/json; charset=utf-8',
    'application/vnd.acme+json',
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
  ])('is not JSON that a client calls %s', async (type) => {
    const answer = await post(MESSAGES, type);

    expect(await answer.json()).toMatchObject({ status: 'PENDING', type: 'text' });
  });

  it('is a path that is no URL', async () => {
    for (const path of [`${MESSAGES}/%E0%A4%A`, `${MESSAGES}/%`, '/%FF', '/nowhere/%C0']) {
      const { status, body, headers } = await app.api.get(path);

      expect([400, 404]).toContain(status);
      expect(body.code).toBe(status === 400 ? 'path-invalid' : 'route-not-found');
      expect(headers['x-request-id']).toBe(body.request_id);
    }
  });

  it.each([
    ['headers without end', `GET ${MESSAGES} HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(70_000)}\r\n\r\n`, 431],
    ['no HTTP', 'HELO palomar\r\n\r\n', 400],
    ['a header with a NUL', `GET ${MESSAGES} HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n`, 400],
    ['two lengths', `POST ${MESSAGES} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400],
  ])('is answered as a problem where it is %s', async (_what, request, status) => {
    const answer = await tell(app.url, request);

    const [head = '', text = ''] = answer.split('\r\n\r\n');
    const problem = JSON.parse(text) as { request_id: string };
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('Content-Type: application/problem+json');
    expect(problem).toMatchObject({ status, type: expect.stringMatching(/^urn:palomar:problem:/) });
    expect(head).toContain(`X-Request-Id: ${problem.request_id}`);
  });

  it('is a body that is not there, nor its length, whatever the route', async () => {
    const unsafe = operationsOf(createOpenApiDocument(app.nest)).filter(({ method }) => method !== 'get');
    for (const { method, path } of unsafe) {
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, () => newId())}`;
      const head = ['Host: a', `Authorization: Bearer ${ADMIN_KEY}`, 'Connection: close'].join('\r\n');

      const answer = await tell(app.url, `${route} HTTP/1.1\r\n${head}\r\n\r\n`);

      expect(`${route}: ${answer}`).toMatch(/: HTTP\/1.1 [24]\d\d /);
    }
  });

  it('stops nobody', async () => {
    await app.anonymous.get(MESSAGES).set('Authorization', `Bearer ${ADMIN_KEY}`).expect(200);
  });
});

/** All that a server answers to these bytes until it hangs up. */
async function tell(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined);
  socket.write(request);
  await once(socket, 'close');
  return answer;
}
