import { newId } from '#common';
import {
  AccountEvent,
  Conversation,
  Erasure,
  KnownContact,
  MessageBatch,
  SendHold,
  TemplateKey,
  WebhookDelivery,
} from '#messages';
import { ApiKeyRepository, SessionService } from '#tenants';

import type { TestApp } from '../support/test-app.ts';
import { aJpeg } from './files.ts';
import { aMessage, aPhone, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from './messages.ts';
import { aPerson } from './people.ts';

/** What stands in the place of a path's parameters. */
export interface RouteObject {
  /** The path up to its parameters; that of whatever is below it, too. */
  at: string;
  /** Whose it is: a tenant's, the platform's alone, of a person who does not call, or of the account that tenants without one of their own share. */
  owner: 'tenant' | 'platform' | 'person' | 'account';
  /** A new one each time, for it may be gone afterwards. */
  make: (app: TestApp, tenantId: string) => Promise<Record<string, string>>;
}

const API = '/api/v1';

/** An object for every route with a parameter in its path. */
export const ROUTE_OBJECTS: RouteObject[] = [
  {
    at: `${API}/api-keys/{id}`,
    owner: 'tenant',
    make: ({ nest }, tenantId) =>
      nest.get(ApiKeyRepository).create({ name: 'seen', tenantId, scopes: ['admin'], expiresAt: null }),
  },
  {
    at: `${API}/people/{id}`,
    owner: 'tenant',
    make: async (app, tenantId) => idOf(await aPerson(app, 'viewer', tenantId)),
  },
  {
    at: `${API}/auth/sessions/{id}`,
    owner: 'person',
    make: async (app, tenantId) => {
      const { id } = await aPerson(app, 'viewer', tenantId);
      const visitor = { address: '203.0.113.7', userAgent: undefined };
      return idOf((await app.nest.get(SessionService, { strict: false }).open(id, 'password', visitor)).session);
    },
  },
  {
    at: `${API}/tenants/{id}`,
    owner: 'platform',
    make: async ({ api }) => idOf((await api.post(`${API}/tenants`).send({ name: 'Acme' })).body as { id: string }),
  },
  {
    at: `${API}/whatsapp/personal-data/erasures/{id}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) =>
      idOf(
        await database.manager.save(Erasure, {
          id: newId(),
          tenantId,
          subject: null,
          position: newId(),
          requestedAt: new Date(),
          nextStepAt: new Date(),
          finishedAt: new Date(),
        }),
      ),
  },
  {
    at: `${API}/whatsapp/messages/{id}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) => idOf(await aMessage(database, { tenantId, nextAttemptAt: inAnHour() })),
  },
  {
    at: `${API}/whatsapp/messages/{id}/retry`,
    owner: 'tenant',
    make: async ({ database }, tenantId) => idOf(await aMessage(database, { tenantId, status: 'FAILED' })),
  },
  {
    at: `${API}/whatsapp/batches/{id}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) =>
      idOf(await database.manager.save(MessageBatch, { id: newId(), tenantId, accepted: 1, rejected: 0 })),
  },
  {
    at: `${API}/whatsapp/conversations/{id}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) =>
      idOf(
        await database.manager.save(Conversation, {
          id: newId(),
          tenantId,
          phoneNumberId: PHONE_NUMBER_ID,
          contactKey: aPhone(),
          contactName: null,
          lastInboundAt: new Date(),
          lastInboundId: newId(),
          // Meta is not asked about what the support desk brought.
          lastInboundWamid: `support-desk.${newId()}`,
        }),
      ),
  },
  {
    at: `${API}/whatsapp/contacts/{id}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) =>
      idOf(await database.manager.save(KnownContact, { id: newId(), tenantId, phone: aPhone(), seenAt: new Date() })),
  },
  {
    at: `${API}/whatsapp/media/{id}`,
    owner: 'tenant',
    make: async ({ api }, tenantId) => {
      const { body } = await api
        .post(`${API}/whatsapp/media`)
        .query({ tenant_id: tenantId })
        .set('Content-Type', 'image/jpeg')
        .send(aJpeg(newId()));
      return idOf(body as { id: string });
    },
  },
  {
    at: `${API}/whatsapp/template-keys/{key}`,
    owner: 'tenant',
    make: async ({ database }, tenantId) => {
      const templateKey = `key-${newId()}`;
      const chosen = { id: newId(), tenantId, templateKey, language: null, templateName: 'po_notification' };
      await database.manager.save(TemplateKey, chosen);
      return { key: templateKey };
    },
  },
  {
    at: `${API}/whatsapp/templates/{name}`,
    owner: 'account',
    make: () => Promise.resolve({ name: 'po_notification', language: 'es' }),
  },
  {
    at: `${API}/whatsapp/holds/{id}`,
    owner: 'platform',
    make: async ({ database }) =>
      idOf(
        await database.manager.save(SendHold, {
          id: newId(),
          scope: 'template',
          scopeKey: newId(),
          error: { code: '132015', title: 'Paused', details: null, class: 'STOP', retryable: true, action: 'Wait.' },
          probeAt: inAnHour(),
        }),
      ),
  },
  {
    at: `${API}/whatsapp/account-events/{id}`,
    owner: 'platform',
    make: async ({ database }) =>
      idOf(
        await database.manager.save(AccountEvent, {
          id: newId(),
          businessAccountId: BUSINESS_ACCOUNT_ID,
          field: 'account_alerts',
          known: true,
          occurredAt: new Date(),
          summary: 'Nothing to do.',
          value: '{}',
          fingerprint: newId(),
        }),
      ),
  },
  {
    at: `${API}/whatsapp/webhook-deliveries/{id}`,
    owner: 'platform',
    make: async ({ database }) =>
      idOf(await database.manager.save(WebhookDelivery, { id: newId(), body: Buffer.from('{}') })),
  },
  {
    at: `${API}/meta-apps/{id}`,
    owner: 'platform',
    make: async ({ api }) => {
      const { body } = await api
        .post(`${API}/meta-apps`)
        .send({ name: newId(), app_secret: 'app-secret', verify_token: 'verify-token' });
      return idOf(body as { id: string });
    },
  },
  {
    at: `${API}/sending-numbers/{phone_number_id}`,
    owner: 'platform',
    make: async ({ api }, tenantId) => {
      const number = String(100_000_000_000_000 + numbers++);
      const own = { business_account_id: BUSINESS_ACCOUNT_ID, access_token: 'a-token' };
      // Of a tenant beside the two that call, whose messages go on leaving from the platform's number.
      await api
        .put(`${API}/sending-numbers/${number}?verify=false`)
        .send({ ...own, tenant_id: tenantId.replace(/^.{8}/, '01930099') });
      return { phone_number_id: number };
    },
  },
];

let numbers = 0;

/** The object that a path is about; undefined where it has no parameter, or nobody said what belongs there. */
export function routeObjectAt(path: string): RouteObject | undefined {
  const fitting = ROUTE_OBJECTS.filter(({ at }) => path === at || path.startsWith(`${at}/`));
  return fitting.sort((one, other) => other.at.length - one.at.length)[0];
}

function idOf({ id }: { id: string }): Record<string, string> {
  return { id };
}

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}
