import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { newId } from '#common';
import { WhatsAppMessage, WhatsAppMessageRepository } from '#messages';
import { ApiKeyRepository, type Scope } from '#tenants';

import { aMessage } from '../factories/messages.ts';
import { DOORS, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/messages';
const THEIRS = newId();
/** More than goes into the buffers between the database and a reader who is slow. */
const MANY = 5_000;

describe.each(DOORS)('a request whose handler forgets its tenant, $door', ({ hotRoutes }) => {
  let app: TestApp;
  let messages: WhatsAppMessageRepository;
  let key: string;

  const keyOf = async (tenantId: string | null, scopes: Scope[]) => {
    const made = await app.nest.get(ApiKeyRepository).create({ name: 'test', tenantId, scopes, expiresAt: null });
    return `Bearer ${made.key}`;
  };

  beforeAll(async () => {
    app = await startTestApp({ hotRoutes });
    messages = app.nest.get(WhatsAppMessageRepository);
    key = await keyOf(TENANT, ['messages:read', 'messages:send']);
  });
  beforeEach(() => app.database.query('TRUNCATE whatsapp_messages'));
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => app.stop());

  const stored = (tenantId: string) => aMessage(app.database, { tenantId, status: 'READ' });
  const forgetInLists = () => {
    const list = messages.list.bind(messages);
    jest
      .spyOn(messages, 'list')
      .mockImplementation(({ equal: { tenantId: _, ...equal }, ...rest }, ...page) =>
        list({ ...rest, equal }, ...page),
      );
  };

  it('lists nothing of others', async () => {
    const [ours] = [await stored(TENANT), await stored(THEIRS)];
    forgetInLists();

    const { body } = await app.api.get(ROUTE).set('Authorization', key).expect(200);

    expect(body.data).toEqual([expect.objectContaining({ id: ours.id })]);
  });

  it('finds nothing of others', async () => {
    const [ours, theirs] = [await stored(TENANT), await stored(THEIRS)];
    jest.spyOn(messages, 'findOwn').mockImplementation((_, id) => messages.findById(id));

    await app.api.get(`${ROUTE}/${ours.id}`).set('Authorization', key).expect(200);
    await app.api.get(`${ROUTE}/${theirs.id}`).set('Authorization', key).expect(404);
  });

  it('exports nothing of others, however slowly it is read', async () => {
    await app.database.query(
      `INSERT INTO whatsapp_messages (id, tenant_id, direction, status, message_type, phone_number_id, contact_key, content)
       SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END, 'outbound', 'READ', 'TEXT', '1', 'c',
              '{"type": "text"}'
       FROM generate_series(1, $3::int) AS n`,
      [TENANT, THEIRS, MANY],
    );
    forgetInLists();

    const response = await fetch(`${app.url}${ROUTE}/export`, { headers: { Authorization: key } });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      await nextTurn();
    }

    expect(text.split(TENANT)).toHaveLength(MANY / 2 + 1);
    expect(text).not.toContain(THEIRS);
  });

  it('accepts messages for a tenant as before, with an Idempotency-Key or without', async () => {
    const send = (to: string) => app.api.post(ROUTE).set('Authorization', key).send({ to, type: 'text', text: 'Hola' });

    const { body: first } = await send('+34612345601').expect(202);
    const { body: second } = await send('+34612345602').set('Idempotency-Key', 'one').expect(202);
    const { body: again } = await send('+34612345602').set('Idempotency-Key', 'one').expect(202);

    expect(again).toEqual(second);
    expect(await app.database.manager.countBy(WhatsAppMessage, { tenantId: TENANT })).toBe(2);
    expect(first.id).not.toBe(second.id);
  });

  it('shows a platform key what is everybody’s', async () => {
    await stored(TENANT);
    await stored(THEIRS);

    const { body } = await app.api.get(ROUTE).expect(200);

    expect(body.data).toHaveLength(2);
  });

  it('counts everybody’s in the metrics, which have no caller', async () => {
    await aMessage(app.database, { tenantId: THEIRS, pendingReason: 'unconfirmed', nextAttemptAt: null });

    const { text } = await app.anonymous.get('/metrics').expect(200);

    expect(text).toContain('palomar_pending_messages{reason="unconfirmed"} 1');
  });
});
