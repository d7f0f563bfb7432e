import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newId } from '#common';
import { type MessageError, SendHoldRepository } from '#messages';
import { ApiKeyRepository } from '#tenants';

import { PHONE_NUMBER_ID } from '../factories/messages.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const HOLDS = '/api/v1/whatsapp/holds';
const THEIR_NUMBER = '900000000000001';
const ERROR: MessageError = {
  code: '131031',
  title: 'Account has been locked',
  details: null,
  class: 'STOP',
  retryable: false,
  action: 'Look into WhatsApp Manager.',
};

describe('holds, seen by a tenant', () => {
  let app: TestApp;
  let key: string;

  beforeAll(async () => {
    app = await startTestApp();
    const made = await app.nest
      .get(ApiKeyRepository)
      .create({ name: 'test', tenantId: TENANT, scopes: ['messages:read', 'admin'], expiresAt: null });
    key = `Bearer ${made.key}`;
    const number = { tenant_id: newId(), business_account_id: '900000000000002', access_token: 'their-token' };
    await app.api.put(`/api/v1/sending-numbers/${THEIR_NUMBER}?verify=false`).send(number).expect(200);

    const holds = app.nest.get(SendHoldRepository);
    for (const phoneNumberId of [PHONE_NUMBER_ID, THEIR_NUMBER]) {
      const said = { error: ERROR, attemptedAt: new Date(), probeInMs: 60_000 };
      await holds.open({ scope: 'number', scopeKey: phoneNumberId, ...said });
      await holds.open({ scope: 'template', scopeKey: `${phoneNumberId}/po/es`, ...said });
    }
  });
  afterAll(() => app.stop());

  const listed = async (as?: string) => {
    const request = app.api.get(HOLDS);
    const { body } = await (as ? request.set('Authorization', as) : request).expect(200);
    return body.data as { id: string; scope_key: string }[];
  };

  it('are those of the number its messages leave from', async () => {
    const ours = await listed(key);
    const all = await listed();

    expect(ours.map((hold) => hold.scope_key)).toEqual([`${PHONE_NUMBER_ID}/po/es`, PHONE_NUMBER_ID]);
    expect(all).toHaveLength(4);
  });

  it('are not for it to end: other tenants send there as well', async () => {
    const [hold] = await listed(key);

    const { body } = await app.api.post(`${HOLDS}/${hold!.id}/release`).set('Authorization', key).expect(403);
    await app.api.post(`${HOLDS}/${hold!.id}/release`).expect(200);

    expect(body.code).toBe('platform-key-required');
  });
});
