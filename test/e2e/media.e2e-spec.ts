import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { Media, MediaPoller, MediaUpload } from '#media';
import { WhatsAppMessage } from '#messages';
import type { Scope } from '#tenants';
import { CloudApiClient } from '#whatsapp';

import type { InboundFile } from '../../apps/simulator/src/inbox.ts';
import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import { aJpeg, anOpusVoiceNote, aPdf } from '../factories/files.ts';
import { aPhone } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_KEY, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const MIB = 1024 * 1024;
const ROUTE = '/api/v1/whatsapp/media';
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('media', () => {
  let app: TestApp;
  let db: DataSource;

  beforeAll(async () => {
    app = await startTestApp();
    db = app.database;
  });

  afterAll(() => app.stop());

  /** A customer sends a file; resolves with the stored message and its media row. */
  async function received(bytes: Buffer, change: Partial<InboundFile> = {}) {
    const file: InboundFile = { type: 'image', mime_type: 'image/jpeg', base64: bytes.toString('base64'), ...change };
    const wamid = app.simulator.sendInbound({ from: aPhone(), file });
    let media: Media | undefined;
    let message: WhatsAppMessage | undefined;
    await eventually(async () => {
      message = await db.manager.findOneByOrFail(WhatsAppMessage, { whatsappMessageId: wamid });
      media = await db.manager.findOneByOrFail(Media, { messageId: message.id });
    });
    return { message: message!, media: media! };
  }

  const mediaRow = (id: string) => db.manager.findOneByOrFail(Media, { id });
  const untilState = (id: string, state: string) =>
    eventually(async () => expect(await mediaRow(id)).toMatchObject({ state }));
  /** The pause before the next attempt is over. */
  async function dueNow(id: string): Promise<void> {
    await db.query('UPDATE media SET next_attempt_at = now() WHERE id = $1', [id]);
    app.nest.get(MediaPoller).wake();
  }
  const filesOnDisk = async () =>
    (await readdir(app.config.media.dir!, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  const keyOf = async (tenantId: string, ...scopes: Scope[]) =>
    (await new ApiKeyRepository(db).create({ tenantId, name: 'test', scopes, expiresAt: null })).key;
  const content = (id: string) =>
    app.api
      .get(`${ROUTE}/${id}/content`)
      .buffer(true)
      .parse(asBuffer as never);

  describe('that a customer sends', () => {
    it('is fetched, kept under its hash, and given out byte for byte', async () => {
      const bytes = aJpeg('of a customer');

      const { message, media } = await received(bytes);
      await untilState(media.id, 'stored');

      const { body: shown } = await app.api.get(`/api/v1/whatsapp/messages/${message.id}`).expect(200);
      expect(shown.media).toEqual([{ id: media.id, state: 'stored', mime_type: 'image/jpeg', size: bytes.length }]);
      const { body: described } = await app.api.get(`${ROUTE}/${media.id}`).expect(200);
      expect(described).toMatchObject({
        direction: 'inbound',
        type: 'image',
        message_id: message.id,
        state: 'stored',
        reason: null,
        sha256: sha256(bytes),
        size: bytes.length,
      });
      expect((await content(media.id).expect(200)).body).toEqual(bytes);
      expect(await filesOnDisk()).toContain(sha256(bytes));
    });

    it('is shown with each message of a list', async () => {
      const { message, media } = await received(aJpeg('of a list'));
      await untilState(media.id, 'stored');

      const { body } = await app.api.get(`/api/v1/whatsapp/messages?limit=5&direction=inbound`).expect(200);

      const listed = body.data.find(({ id }: { id: string }) => id === message.id);
      expect(listed.media).toMatchObject([{ id: media.id, state: 'stored' }]);
    });

    it('is one file on the disk however often it comes', async () => {
      const bytes = aJpeg('twice');

      const [first, second] = [await received(bytes), await received(bytes)];
      await untilState(first.media.id, 'stored');
      await untilState(second.media.id, 'stored');

      expect((await filesOnDisk()).filter((name) => name === sha256(bytes))).toHaveLength(1);
      expect((await content(second.media.id)).body).toEqual(bytes);
    });

    it('is fetched by a new URL when the first one is past its five minutes', async () => {
      app.simulator.expireNextMediaUrls(1);

      const { media } = await received(aJpeg('late'));
      await untilState(media.id, 'stored');

      expect(await mediaRow(media.id)).toMatchObject({ attempts: 1 });
    });

    it('waits, with the reason, when no URL works, and is fetched later', async () => {
      app.simulator.expireNextMediaUrls(2);

      const { media } = await received(aJpeg('much later'));
      await eventually(async () => expect((await mediaRow(media.id)).reason).toContain('HTTP 404'));
      const waiting = await content(media.id).expect(409);
      await dueNow(media.id);
      await untilState(media.id, 'stored');

      expect(waiting.headers['retry-after']).toBeDefined();
      expect(await mediaRow(media.id)).toMatchObject({ attempts: 2, reason: null });
    });

    it('is not kept when its bytes are not those that Meta announced, and given up after three times', async () => {
      const { media } = await received(aJpeg('as announced'));
      // Sent before: the fetch may be over already, so it is made to begin again.
      await untilState(media.id, 'stored');
      app.simulator.replaceMediaBytes(media.whatsappMediaId!, aJpeg('as answered!'));
      await db.query(`UPDATE media SET state = 'pending', attempts = 0 WHERE id = $1`, [media.id]);

      for (const attempts of [1, 2, 3]) {
        await dueNow(media.id);
        await eventually(async () => {
          const row = await mediaRow(media.id);
          expect(row).toMatchObject({ attempts, state: attempts < 3 ? 'pending' : 'failed' });
          expect(row.reason).toContain('do not have the hash');
        });
      }

      expect((await mediaRow(media.id)).reason).toContain('Ask the sender to send it again');
      await content(media.id).expect(410);
    });

    it('is not fetched when it is larger than such a file may be', async () => {
      const { media } = await received(aJpeg('huge', 25 * MIB + 1));

      await untilState(media.id, 'failed');

      expect((await mediaRow(media.id)).reason).toMatch(/more than the 25 MB .* Ask the sender/);
      await content(media.id).expect(410);
    });

    it('is cut off in the middle when more comes than was announced', async () => {
      const { media } = await received(aJpeg('small at first'));
      await untilState(media.id, 'stored');
      app.simulator.replaceMediaBytes(media.whatsappMediaId!, aJpeg('grown', 25 * MIB + 1));
      await db.query(`UPDATE media SET state = 'pending', attempts = 0 WHERE id = $1`, [media.id]);
      await dueNow(media.id);

      await untilState(media.id, 'failed');

      expect((await mediaRow(media.id)).reason).toContain('25 MB');
    });

    it('is kept, but under no type that its bytes do not deserve', async () => {
      const page = Buffer.from('<html><script>alert(1)</script></html>');

      const { media } = await received(page);
      await untilState(media.id, 'stored');

      expect(await mediaRow(media.id)).toMatchObject({
        mimeType: 'application/octet-stream',
        reason: expect.stringContaining('Declared as image/jpeg'),
      });
      const { headers } = await content(media.id).expect(200);
      expect(headers['content-type']).toBe('application/octet-stream');
    });

    it('is given up when the seven days are over', async () => {
      app.simulator.expireNextMediaUrls(2);
      const { media } = await received(aJpeg('forgotten'));
      await eventually(async () => expect((await mediaRow(media.id)).reason).not.toBeNull());

      await db.query(`UPDATE media SET expires_at = now() - interval '1 s' WHERE id = $1`, [media.id]);
      await dueNow(media.id);

      await untilState(media.id, 'expired');
      expect((await mediaRow(media.id)).reason).toMatch(/7 days, which are over. Ask the sender/);
    });

    it('is fetched once more when the process died between download and record', async () => {
      const bytes = aJpeg('survivor');
      const { media } = await received(bytes);
      await untilState(media.id, 'stored');
      // As a process leaves it that was killed there: claimed, the file perhaps in its place, the row still pending.
      await db.query(
        `UPDATE media SET state = 'pending', stored_at = NULL, next_attempt_at = now() + interval '1 hour' WHERE id = $1`,
        [media.id],
      );
      const getMedia = jest.spyOn(app.nest.get(CloudApiClient), 'getMedia');

      app.nest.get(MediaPoller).wake();
      const whileLeased = await mediaRow(media.id);
      await dueNow(media.id);
      await untilState(media.id, 'stored');

      expect(whileLeased.state).toBe('pending');
      expect(getMedia.mock.calls.filter(([, id]) => id === media.whatsappMediaId)).toHaveLength(1);
      expect((await content(media.id)).body).toEqual(bytes);
      getMedia.mockRestore();
    });

    it('leaves no temporary file behind, whatever became of it', async () => {
      expect(await readdir(join(app.config.media.dir!, 'tmp'))).toEqual([]);
    });
  });

  describe('that is given out', () => {
    let media: Media;
    const bytes = aPdf('0123456789');

    beforeAll(async () => {
      const file = { type: 'document', mime_type: 'application/pdf', filename: '../Año "2026"\r\n.pdf' } as const;
      ({ media } = await received(bytes, file));
      await untilState(media.id, 'stored');
    });

    it('is to be saved, under a harmless name, and can do nothing in a browser', async () => {
      const { headers } = await content(media.id).expect(200);

      expect(headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename*=UTF-8''_A%C3%B1o%20_2026___.pdf`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'private, max-age=31536000, immutable',
        'content-length': String(bytes.length),
        etag: `"${sha256(bytes)}"`,
      });
    });

    it('is not sent again to who has it', async () => {
      const etag = `"${sha256(bytes)}"`;

      const answer = await content(media.id).set('If-None-Match', etag).expect(304);

      expect(answer.headers.etag).toBe(etag);
    });

    it.each([
      ['bytes=2-5', bytes.subarray(2, 6), `bytes 2-5/${bytes.length}`],
      ['bytes=20-', bytes.subarray(20), `bytes 20-${bytes.length - 1}/${bytes.length}`],
      ['bytes=-3', bytes.subarray(-3), `bytes ${bytes.length - 3}-${bytes.length - 1}/${bytes.length}`],
    ])('is given out in part for %s', async (range, part, contentRange) => {
      const { body, headers } = await content(media.id).set('Range', range).expect(206);

      expect(body).toEqual(part);
      expect(headers).toMatchObject({ 'content-range': contentRange, 'content-length': String(part.length) });
    });

    it('has nothing behind its end', async () => {
      const { headers } = await content(media.id).set('Range', 'bytes=1000-').expect(416);

      expect(headers['content-range']).toBe(`bytes */${bytes.length}`);
    });

    it('is not found by another tenant, without the scope not given, without a key neither', async () => {
      const stranger = await keyOf(newId(), 'messages:read');
      const sender = await keyOf(media.tenantId, 'messages:send');
      const reader = await keyOf(media.tenantId, 'messages:read');
      const statusOf = async (path: string, key: string) =>
        (await app.anonymous.get(path).set('Authorization', `Bearer ${key}`)).status;

      for (const path of [`${ROUTE}/${media.id}`, `${ROUTE}/${media.id}/content`]) {
        expect(await statusOf(path, stranger)).toBe(404);
        expect(await statusOf(path, sender)).toBe(403);
        expect(await statusOf(path, reader)).toBe(200);
        await app.anonymous.get(path).expect(401);
      }
      await app.api.get(`${ROUTE}/${newId()}`).expect(404);
      await app.api.get(`${ROUTE}/..%2f..%2fetc%2fpasswd/content`).expect(404);
    });
  });

  describe('that is uploaded', () => {
    const upload = (bytes: Buffer, { type = 'image/jpeg', tenant = TENANT, query = '' } = {}) =>
      app.api.post(`${ROUTE}?tenant_id=${tenant}${query}`).set('Content-Type', type).send(bytes);
    const uploads = () => db.manager.count(MediaUpload);

    it('is kept and given to Meta once, as a form and as a bare body', async () => {
      const bytes = aJpeg('form and body');
      const before = await uploads();

      const { body: first } = await app.api
        .post(ROUTE)
        .field('tenant_id', TENANT)
        .attach('file', bytes, { filename: 'señal.jpg', contentType: 'image/jpeg' })
        .expect(201);
      const { body: second } = await upload(bytes).expect(201);

      expect(first).toEqual({
        id: expect.any(String),
        whatsapp_media_id: expect.stringMatching(/^\d+$/),
        mime_type: 'image/jpeg',
        size: bytes.length,
        sha256: sha256(bytes),
        expires_at: expect.any(String),
      });
      expect(second).toEqual(first);
      expect(await uploads()).toBe(before + 1);
      const days = (Date.parse(first.expires_at) - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(29);
      expect((await app.api.get(`${ROUTE}/${first.id}`)).body).toMatchObject({
        file_name: 'señal.jpg',
        direction: 'outbound',
        state: 'stored',
      });
      expect((await content(first.id)).body).toEqual(bytes);
    });

    it('is uploaded once when many ask for it at the same moment, of whatever tenant', async () => {
      const bytes = aPdf('at once');
      const before = await uploads();
      const uploadMedia = jest.spyOn(app.nest.get(CloudApiClient), 'uploadMedia');

      const answers = await Promise.all(
        [TENANT, TENANT, newId(), newId()].map((tenant) => upload(bytes, { type: 'application/pdf', tenant })),
      );

      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(new Set(answers.map(({ body }) => body.whatsapp_media_id)).size).toBe(1);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(3);
      expect(uploadMedia).toHaveBeenCalledTimes(1);
      expect(await uploads()).toBe(before + 1);
      uploadMedia.mockRestore();
    });

    it('reaches Meta byte for byte', async () => {
      const bytes = anOpusVoiceNote();

      const { body } = await upload(bytes, { type: 'audio/ogg; codecs=opus' }).expect(201);

      const sender = { ...app.config.whatsapp, businessAccountId: '1' };
      const { url, mime_type } = await app.nest.get(CloudApiClient).getMedia(sender, body.whatsapp_media_id);
      const { body: stream } = await app.nest.get(CloudApiClient).downloadMedia(sender, url);
      expect(Buffer.concat(await stream.toArray())).toEqual(bytes);
      expect(mime_type).toBe('audio/ogg');
    });

    it.each([
      ['a type WhatsApp does not send', aJpeg(), 'image/gif', 415, 'media-type-unsupported', /image\/jpeg, image\/png/],
      ['a picture over 5 MB', aJpeg('x', 5 * MIB + 1), 'image/jpeg', 413, 'media-too-large', /5 MB of image\/jpeg/],
      ['bytes of another type', aPdf(), 'image/jpeg', 422, 'media-type-mismatch', /declared as image\/jpeg/],
      ['nothing', Buffer.alloc(0), 'image/jpeg', 422, 'media-empty', /empty/],
    ])('is refused when it is %s, by both ways', async (_, bytes, type, status, code, detail) => {
      const bare = await upload(bytes, { type });
      const form = await app.api
        .post(ROUTE)
        .field('tenant_id', TENANT)
        .attach('file', bytes, { filename: 'x', contentType: type });

      for (const answer of [bare, form]) {
        expect(answer.status).toBe(status);
        expect(answer.body).toMatchObject({ code, detail: expect.stringMatching(detail) });
      }
      expect(await readdir(join(app.config.media.dir!, 'tmp'))).toEqual([]);
    });

    it('is refused by its length alone when no file may be so long, before it comes', async () => {
      const headers = {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/pdf',
        'content-length': String(101 * MIB),
      };
      const request = httpRequest(`${app.url}${ROUTE}?tenant_id=${TENANT}`, { method: 'POST', headers });
      request.on('error', () => undefined);

      request.flushHeaders();
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      const body = JSON.parse(Buffer.concat(await answer.toArray()).toString());
      request.destroy();

      expect([answer.statusCode, body.code]).toEqual([413, 'media-too-large']);
      expect(answer.headers.connection).toBe('close');
    });

    it.each([
      [
        'a form without a file',
        (request: ReturnType<TestApp['api']['post']>) => request.field('tenant_id', TENANT),
        'file',
      ],
      [
        'a form with an unknown field',
        (request: ReturnType<TestApp['api']['post']>) =>
          request.field('colour', 'red').attach('file', aJpeg(), { filename: 'x', contentType: 'image/jpeg' }),
        'colour',
      ],
    ])('is refused with the field to mend: %s', async (_, fill, field) => {
      const { body } = await fill(app.api.post(ROUTE)).expect(422);

      expect(body.errors).toMatchObject([{ field }]);
      expect(await readdir(join(app.config.media.dir!, 'tmp'))).toEqual([]);
    });

    it('is for those who may send', async () => {
      const reader = await keyOf(TENANT, 'messages:read');

      await app.anonymous.post(ROUTE).set('Content-Type', 'image/jpeg').send(aJpeg()).expect(401);
      await app.anonymous
        .post(ROUTE)
        .set('Authorization', `Bearer ${reader}`)
        .set('Content-Type', 'image/jpeg')
        .send(aJpeg())
        .expect(403);
      await upload(aJpeg(), { tenant: 'nobody' }).expect(422);
    });

    it('gives the first answer again to the same Idempotency-Key, and refuses it for another file', async () => {
      const key = newId();

      const { body: first } = await upload(aJpeg('keyed')).set('Idempotency-Key', key).expect(201);
      const second = await upload(aJpeg('keyed')).set('Idempotency-Key', key).expect(201);

      expect(second.headers['idempotency-replayed']).toBe('true');
      expect(second.body).toEqual(first);
      await upload(aJpeg('another')).set('Idempotency-Key', key).expect(422);
    });

    describe('and sent by our id', () => {
      const send = (message: object, tenant = TENANT) =>
        app.api.post('/api/v1/whatsapp/messages').send({ tenant_id: tenant, to: aPhone(), ...message });

      it('goes to Meta with Meta’s id, and is shown with the message', async () => {
        const { body: media } = await upload(aJpeg('to be sent')).expect(201);

        const { body: message } = await send({ type: 'image', image: { id: media.id, caption: 'Foto' } }).expect(202);

        expect(message.content.image).toEqual({ id: media.whatsapp_media_id, caption: 'Foto' });
        await eventually(() => {
          const [sent] = app.simulator.ledger({ to: message.to });
          expect(sent?.body).toMatchObject({ image: { id: media.whatsapp_media_id } });
        });
        const { body: shown } = await app.api.get(`/api/v1/whatsapp/messages/${message.id}`).expect(200);
        expect(shown.media).toEqual([{ id: media.id, state: 'stored', mime_type: 'image/jpeg', size: media.size }]);
      });

      it('is uploaded again when Meta’s copy expires before the message is sent', async () => {
        const { body: media } = await upload(aJpeg('of last month')).expect(201);
        await db.query(`UPDATE media_uploads SET expires_at = now() + interval '1 hour' WHERE sha256 = $1`, [
          media.sha256,
        ]);

        const { body: message } = await send({ type: 'image', image: { id: media.id } }).expect(202);

        const [known] = await queryRows<{ id: string }>(
          db,
          'SELECT whatsapp_media_id AS id FROM media_uploads WHERE sha256 = $1 AND expires_at > now() + interval $$28 days$$',
          [media.sha256],
        );
        expect(known!.id).not.toBe(media.whatsapp_media_id);
        expect(message.content.image.id).toBe(known!.id);
      });

      it('is found in each message of a bulk, and in a header', async () => {
        const { body: media } = await upload(aPdf('of a bulk'), { type: 'application/pdf' }).expect(201);

        const { body } = await app.api
          .post('/api/v1/whatsapp/messages/bulk')
          .send({
            tenant_id: TENANT,
            messages: [
              { to: aPhone(), type: 'document', document: { id: media.id, filename: 'pedido.pdf' } },
              { to: aPhone(), type: 'document', document: { id: newId() } },
              {
                to: aPhone(),
                type: 'interactive',
                interactive: {
                  type: 'button',
                  header: { type: 'document', document: { id: media.id } },
                  body: { text: '¿Recibido?' },
                  action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Sí' } }] },
                },
              },
            ],
          })
          .expect(202);

        expect(body).toMatchObject({ accepted: 2, rejected: 1 });
        expect(body.results[1].error.errors).toMatchObject([{ field: 'document.id' }]);
        const header = await db.manager.findOneByOrFail(WhatsAppMessage, { id: body.results[2].id });
        expect(header.content).toMatchObject({
          interactive: { header: { document: { id: media.whatsapp_media_id } } },
        });
      });

      it.each([
        ['of another tenant', (id: string) => ({ type: 'image', image: { id } }), newId(), /no media with id/],
        [
          'as what it is not',
          (id: string) => ({ type: 'video', video: { id } }),
          TENANT,
          /is image\/jpeg; send it as image/,
        ],
        [
          'later than Meta keeps it',
          (id: string) => ({
            type: 'image',
            image: { id },
            send_at: new Date(Date.now() + 40 * 86_400_000).toISOString(),
          }),
          TENANT,
          /let send_at be within 27 days/,
        ],
      ])('is refused when it is sent %s', async (_, message, tenant, text) => {
        const { body: media } = await upload(aJpeg('refused')).expect(201);

        const { body } = await send(message(media.id), tenant).expect(422);

        expect(body.errors).toMatchObject([
          { field: expect.stringMatching(/\.id$/), message: expect.stringMatching(text) },
        ]);
      });

      it('leaves an id of Meta’s as it is', async () => {
        const { body } = await send({ type: 'image', image: { id: '1234567890' } }).expect(202);

        expect(body.content.image.id).toBe('1234567890');
      });

      it('can be what a customer sent', async () => {
        const { media } = await received(aJpeg('to be passed on'));
        await untilState(media.id, 'stored');

        const { body } = await send({ type: 'image', image: { id: media.id } }, media.tenantId).expect(202);

        expect(body.content.image.id).toMatch(/^\d+$/);
        expect(body.content.image.id).not.toBe(media.whatsappMediaId);
      });
    });
  });
});

function asBuffer(response: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks)));
}
