import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { ApiKeyRepository } from '#tenants';

import { BUSINESS_ACCOUNT_ID } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const EVENTS = '/api/v1/whatsapp/account-events';
const MESSAGES = '/api/v1/whatsapp/messages';
const HOLDS = '/api/v1/whatsapp/holds';

/** Long enough for what is accepted to be there before it is due. */
const SOON_MS = 1_500;

describe('what Meta says of the account', () => {
  let app: TestApp;
  let recipients: number;

  beforeEach(async () => {
    app = await startTestApp();
    recipients = 0;
    await eventually(async () => expect(await templates()).not.toEqual([]));
  });

  afterEach(() => app.stop());

  const templates = async () => (await app.api.get('/api/v1/whatsapp/templates').expect(200)).body.data;
  const events = async (query = '') => (await app.api.get(`${EVENTS}${query}`).expect(200)).body.data;
  const heldNow = async () => {
    const { body } = await app.api.get(HOLDS).expect(200);
    return body.data.filter(({ released_at }: { released_at: string | null }) => released_at === null);
  };
  /** A message that is due soon, so that it waits when Meta speaks. */
  const send = async (content: object): Promise<string> => {
    const to = `+3469155${String(1_003 + 10 * recipients++)}`;
    const send_at = new Date(Date.now() + SOON_MS).toISOString();
    const { body } = await app.api
      .post(MESSAGES)
      .send({ tenant_id: TENANT, to, send_at, ...content })
      .expect(202);
    return body.id;
  };
  const ofTemplate = {
    type: 'template',
    template: { name: 'po_notification', language: 'es', parameters: ['a', 'b', 'c'] },
  };
  const text = { type: 'text', text: 'Hola' };
  const becomes = (id: string, expected: object) =>
    eventually(async () => expect((await app.api.get(`${MESSAGES}/${id}`)).body).toMatchObject(expected), {
      timeoutMs: 15_000,
    });

  it('a template that is paused holds its messages and no others, until it is approved again', async () => {
    const held = [await send(ofTemplate), await send(ofTemplate)];
    const free = await send(text);

    app.simulator.setTemplate('po_notification', 'es', { status: 'PAUSED' });

    await becomes(free, { status: 'READ' });
    for (const id of held) {
      await becomes(id, { status: 'PENDING', pending_reason: 'held', error: { code: '132015', class: 'STOP' } });
    }
    expect(await heldNow()).toMatchObject([{ scope: 'template', code: '132015' }]);
    expect(app.simulator.ledger()).toHaveLength(1);

    app.simulator.setTemplate('po_notification', 'es', { status: 'APPROVED' });

    for (const id of held) await becomes(id, { status: 'READ' });
    expect(await heldNow()).toEqual([]);
    expect(await events('?field=message_template_status_update')).toMatchObject([
      { event: 'APPROVED', template_name: 'po_notification', applied: 'the template is APPROVED' },
      { event: 'PAUSED', template_language: 'es', applied: 'the template is PAUSED' },
    ]);
  });

  it('a message of a template that is paused already waits as well', async () => {
    app.simulator.setTemplate('po_notification', 'es', { status: 'PAUSED' });
    await eventually(async () => expect(await heldNow()).toHaveLength(1));
    const before = app.simulator.counts().requests;

    const id = await send(ofTemplate);

    await becomes(id, { status: 'PENDING', pending_reason: 'held', error: { code: '132015' } });
    expect(app.simulator.counts().requests).toBe(before);
    app.simulator.setTemplate('po_notification', 'es', { status: 'APPROVED' });
    await becomes(id, { status: 'READ' });
  });

  it('a send of a disabled template is refused at once', async () => {
    app.simulator.setTemplate('po_notification', 'es', { status: 'DISABLED' });
    await eventually(async () => expect(await heldNow()).toHaveLength(1));

    await eventually(async () => {
      const answer = await app.api.post(MESSAGES).send({ tenant_id: TENANT, to: '+34691551999', ...ofTemplate });
      expect(answer).toMatchObject({ status: 422, body: { code: 'template-not-approved' } });
    });
  });

  it('a ban holds every message, and a reinstated account sends them', async () => {
    const ids = [await send(ofTemplate), await send(text)];
    app.simulator.sendAccountNews({ field: 'account_update' });

    for (const id of ids) await becomes(id, { status: 'PENDING', pending_reason: 'held', error: { code: '368' } });
    const [hold] = await heldNow();
    app.simulator.sendAccountNews({
      field: 'account_update',
      value: { ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: 'February 1, 2027' } },
    });

    for (const id of ids) await becomes(id, { status: 'READ' });
    expect(hold).toMatchObject({ scope: 'waba', scope_key: BUSINESS_ACCOUNT_ID, class: 'STOP' });
    expect((await app.api.get(HOLDS)).body.data).toMatchObject([{ id: hold.id, released_by: 'webhook' }]);
  });

  it('every documented field is understood as the simulator plays it', async () => {
    const fields = [
      'message_template_status_update',
      'message_template_quality_update',
      'message_template_components_update',
      'template_category_update',
      'template_correct_category_detection',
      'phone_number_quality_update',
      'phone_number_name_update',
      'business_username_updates',
      'security',
      'account_alerts',
      'account_review_update',
      'business_capability_update',
      'account_update',
    ];

    for (const field of fields) {
      const { status } = await fetch(`${app.simulator.url}/_simulator/account-news`, {
        method: 'POST',
        body: JSON.stringify({ field }),
      });
      expect(status).toBe(201);
    }

    await eventually(async () => expect(await events()).toHaveLength(fields.length));
    const listed = await events();
    expect(listed.map(({ field }: { field: string }) => field).sort()).toEqual(fields.toSorted());
    expect(listed.every(({ known }: { known: boolean }) => known)).toBe(true);
    const only = listed.filter(({ applied }: { applied: string | null }) => applied === null);
    expect(only.map(({ field }: { field: string }) => field).sort()).toEqual(['account_alerts', 'security']);
  });

  it('a field nobody knows yet is stored, counted and listed with its value', async () => {
    const value = { nested: { deeply: ['a', 1, null] }, text: 'with \0 and \ud800' };
    app.simulator.sendAccountNews({ field: 'not_invented_yet', value });
    app.simulator.sendAccountNews({ field: 'not_invented_yet', value: { other: true } });
    app.simulator.sendAccountNews({ field: 'account_alerts' });

    await eventually(async () => expect(await events()).toHaveLength(3));
    const unknown = await events('?known=false');
    const { text: metrics } = await app.anonymous.get('/metrics').expect(200);

    expect(unknown).toMatchObject([{ field: 'not_invented_yet' }, { field: 'not_invented_yet', known: false }]);
    expect(await events('?known=true')).toMatchObject([{ field: 'account_alerts' }]);
    expect(metrics).toContain('palomar_webhook_unknown_fields_total{field="not_invented_yet"} 2');
    const values = [];
    for (const { id } of unknown) values.push((await app.api.get(`${EVENTS}/${id}`).expect(200)).body.value);
    expect(values).toEqual(expect.arrayContaining([value, { other: true }]));
    expect(await app.database.query('SELECT FROM webhook_set_aside_items')).toEqual([]);
  });

  it('is listed newest first, page by page, and by time', async () => {
    const at = Math.floor(Date.now() / 1_000) - 100;
    for (const ago of [2, 1, 0]) {
      app.simulator.sendAccountNews({ field: 'flows', value: { event: String(ago) }, time: at - ago * 10 });
      await eventually(async () => expect((await events())[0]).toMatchObject({ event: String(ago) }));
    }
    const times = (query: string) =>
      events(query).then((found: { event: string }[]) => found.map(({ event }) => event));
    const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();

    const first = (await app.api.get(`${EVENTS}?limit=2`).expect(200)).body;
    const second = (await app.api.get(`${EVENTS}?limit=2&cursor=${first.paging.next_cursor}`).expect(200)).body;

    expect(first.data).toMatchObject([{ event: '0' }, { event: '1' }]);
    expect(second).toMatchObject({ data: [{ event: '2' }], paging: { next_cursor: null } });
    expect(await times(`?from=${iso(at - 10)}`)).toEqual(['0', '1']);
    expect(await times(`?to=${iso(at - 10)}`)).toEqual(['2']);
  });

  it('is for platform keys with the scope admin', async () => {
    const keys = new ApiKeyRepository(app.database);
    const keyOf = async (tenantId: string | null, scope: 'admin' | 'messages:read') =>
      `Bearer ${(await keys.create({ name: scope, tenantId, scopes: [scope], expiresAt: null })).key}`;
    app.simulator.sendAccountNews({ field: 'security' });
    await eventually(async () => expect(await events()).toHaveLength(1));
    const [{ id }] = await events();

    for (const path of [EVENTS, `${EVENTS}/${id}`]) {
      await app.anonymous.get(path).expect(401);
      await app.anonymous
        .get(path)
        .set('Authorization', await keyOf(null, 'messages:read'))
        .expect(403);
      const tenants = await app.anonymous
        .get(path)
        .set('Authorization', await keyOf(TENANT, 'admin'))
        .expect(403);
      expect(tenants.body).toMatchObject({
        code: 'platform-key-required',
        detail: expect.stringMatching(/platform key/),
      });
      await app.anonymous
        .get(path)
        .set('Authorization', await keyOf(null, 'admin'))
        .expect(200);
    }
  });

  it.each([
    ['known=perhaps', 'known'],
    ['from=yesterday', 'from'],
    ['cursor=x', 'cursor'],
    ['fields=security', 'fields'],
    ['field=%00', 'field'],
  ])('refuses %s and names it', async (query, field) => {
    const { body } = await app.api.get(`${EVENTS}?${query}`).expect(422);

    expect(body.errors).toMatchObject([{ field }]);
  });

  it.each([newId(), 'nowhere'])('knows no event %s', async (id) => {
    await app.api.get(`${EVENTS}/${id}`).expect(404);
  });
});
