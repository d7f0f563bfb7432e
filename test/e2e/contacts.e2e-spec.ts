import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Scope } from '#tenants';

import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import { aMessage, aPhone, aWamid } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/contacts';
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const UNKNOWN_ID = '01930000-0000-7000-8000-00000000ffff';

describe('GET /api/v1/whatsapp/contacts', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  afterAll(() => app.stop());

  const get = (path: string, key?: string) => {
    const call = app.api.get(`${ROUTE}${path}`);
    return key ? call.set('Authorization', key) : call;
  };
  const keyFor = async (tenantId: string | null, ...scopes: Scope[]): Promise<string> => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: 'test', tenantId, scopes, expiresAt: null })).key}`;
  };
  /** Somebody of TENANT who wrote; answers the contact as it is listed. */
  async function aContact(name: string, text = 'Hola', phone = aPhone()) {
    await aMessage(app.database, { status: 'SENT', whatsappMessageId: aWamid(), contactKey: phone, tenantId: TENANT });
    app.simulator.sendInbound({ from: phone, text, name });
    let contact: Record<string, unknown> = {};
    await eventually(async () => {
      const { body } = await get(`?phone=${encodeURIComponent(phone)}`).expect(200);
      expect(body.data).toHaveLength(1);
      [contact] = body.data;
    });
    return contact as { id: string; phone: string };
  }

  it('shows who wrote, how they are reached, and whether they want marketing messages', async () => {
    const contact = await aContact('Lucía', 'BAJA');

    expect((await get(`/${contact.id}`).expect(200)).body).toEqual({
      id: contact.id,
      tenant_id: TENANT,
      phone: contact.phone,
      wa_id: contact.phone.slice(1),
      user_id: expect.any(String),
      parent_user_id: null,
      username: null,
      name: 'Lucía',
      marketing: 'stopped',
      marketing_since: expect.any(String),
      marketing_source: 'BAJA',
      addresses: [
        { address: contact.phone, kind: 'phone', current: true },
        { address: expect.any(String), kind: 'user_id', current: true },
      ],
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
  });

  it('pages newest first, each person once, narrowed by name', async () => {
    const [first, second, third] = [await aContact('Paging 1'), await aContact('Paging 2'), await aContact('Paging 3')];

    const page = (await get('?name=paging&limit=2').expect(200)).body;
    const rest = (await get(`?name=paging&limit=2&cursor=${page.paging.next_cursor}`).expect(200)).body;

    expect([...page.data, ...rest.data].map(({ id }: { id: string }) => id)).toEqual([third.id, second.id, first.id]);
    expect(rest.paging.next_cursor).toBeNull();
  });

  it("keeps a tenant's people to the tenant", async () => {
    const { id } = await aContact('Private');
    const [own, other] = [await keyFor(TENANT, 'messages:read'), await keyFor(OTHER_TENANT, 'messages:read')];

    await get(`/${id}`, own).expect(200);
    await get(`/${id}`, other).expect(404);
    expect((await get('?name=private', own).expect(200)).body.data).toHaveLength(1);
    expect((await get('?name=private', other).expect(200)).body.data).toEqual([]);
    expect((await get(`?name=private&tenant_id=${OTHER_TENANT}`).expect(200)).body.data).toEqual([]);
    await get(`?tenant_id=${TENANT}`, other).expect(403);
  });

  it('needs a key that may read messages', async () => {
    await app.anonymous.get(ROUTE).expect(401);
    await app.anonymous.get(`${ROUTE}/${UNKNOWN_ID}`).expect(401);
    await get('', await keyFor(TENANT, 'messages:send')).expect(403);
  });

  it.each([UNKNOWN_ID, 'nobody'])('does not know %s', async (id) => {
    expect((await get(`/${id}`).expect(404)).body).toMatchObject({ code: 'not-found' });
  });

  it.each(['?phone=612', '?limit=0', '?cursor=x', '?name=', '?name=%00', '?who=me'])('refuses %s', async (query) => {
    expect((await get(query).expect(422)).body.errors).toHaveLength(1);
  });
});
