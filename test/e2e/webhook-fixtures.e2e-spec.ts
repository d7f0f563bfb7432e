import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { queryRows } from '#common';
import { AccountEvent, KnownContact, SetAsideItem, WebhookDelivery, WhatsAppMessage } from '#messages';

import { toItems } from '../../libs/webhooks/src/mapping/envelope.ts';
import type { WebhookItem } from '../../libs/webhooks/src/mapping/webhook-item.ts';
import { signed } from '../factories/deliveries.ts';
import { aMessage, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const OWN = join(import.meta.dirname, '../fixtures/cloud-api/webhooks');
/** A collection of payloads recorded by other projects, checked in place where this names its directory. */
const RECORDED = process.env.PALOMAR_FIXTURES_DIR;

/**
 * What becomes of every webhook body at hand, as a snapshot that somebody has looked at: each item is applied, or kept as
 * one that is known to be unknown. `npm test -- webhook-fixtures -u` writes it anew; read the difference.
 */
describe.each([
  { collection: 'our own', root: OWN },
  ...(RECORDED === undefined ? [] : [{ collection: 'recorded', root: RECORDED }]),
])('$collection webhook bodies', ({ root }) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  // The same wamid stands in many of them.
  beforeEach(() =>
    app.database.query(
      'TRUNCATE whatsapp_messages, message_events, contacts, contact_addresses, webhook_set_aside_items, account_events, account_states',
    ),
  );

  afterAll(() => app.stop());

  it.each(webhooksUnder(root))('%s', async (file) => {
    const envelope = asOurs(JSON.parse(readFileSync(join(root, file), 'utf8')));
    const items = toItems(envelope);
    for (const whatsappMessageId of sentIn(items)) {
      await aMessage(app.database, { status: 'SENT', whatsappMessageId, createdAt: new Date(0) });
    }
    const { body, headers } = signed(Buffer.from(JSON.stringify(envelope)));

    const answer = await fetch(`${app.url}/api/v1/whatsapp/webhook`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    });

    expect(answer.status).toBe(200);
    await eventually(async () => expect(await queryRows(app.database, 'SELECT FROM webhook_queue')).toEqual([]));
    const [stored] = await app.database.manager.find(WebhookDelivery, { order: { id: 'DESC' }, take: 1 });
    expect(stored?.body).toEqual(body);
    expect(await Promise.all(items.map((item, index) => outcomeOf(item, index)))).toMatchSnapshot();
  });

  /** None of what the body says, only what became of it. */
  async function outcomeOf(item: WebhookItem, itemIndex: number): Promise<string> {
    const { manager } = app.database;
    const setAside = await manager.findOneBy(SetAsideItem, { itemIndex });
    const aside = setAside ? `set aside as ${setAside.reason}` : undefined;
    const stored = 'message' in item && (await manager.findOneBy(WhatsAppMessage, wamidOf(item.message)));
    if (aside && !stored) return `${item.kind}: ${aside}`;
    switch (item.kind) {
      case 'status': {
        const { status } = await manager.findOneByOrFail(WhatsAppMessage, wamidOf(item.event));
        return `status ${item.event.type}: the message is ${status}`;
      }
      case 'message':
      case 'elsewhere': {
        const { messageType, status, content } = await manager.findOneByOrFail(WhatsAppMessage, wamidOf(item.message));
        const keys = Object.keys(content).sort().join(', ');
        return `${item.kind}: stored as ${messageType}, ${status}, with ${keys}${aside ? `; ${aside}` : ''}`;
      }
      case 'preference': {
        const contacts = await manager.find(KnownContact);
        return `preference: ${contacts.map(({ marketing }) => marketing).join(', ')}`;
      }
      case 'account-event': {
        const [news] = await manager.findBy(AccountEvent, { field: item.event.field });
        return `account-event: ${news?.known ? 'known' : 'unknown'} ${news?.field}, ${news?.applied ? 'applied' : 'listed'}`;
      }
      case 'unknown':
        return 'unknown: lost';
    }
  }
});

function wamidOf({ whatsappMessageId }: { whatsappMessageId: string }) {
  return { whatsappMessageId, phoneNumberId: PHONE_NUMBER_ID };
}

function sentIn(items: WebhookItem[]): Set<string> {
  return new Set(items.flatMap((item) => (item.kind === 'status' ? [item.event.whatsappMessageId] : [])));
}

function webhooksUnder(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.filter((file) => isWebhook(JSON.parse(readFileSync(join(root, file), 'utf8')))).sort();
}

function isWebhook(body: unknown): boolean {
  return (body as { object?: unknown } | null)?.object === 'whatsapp_business_account';
}

/** Their accounts and numbers are not ours: the same body as it would come for ours. */
function asOurs(body: { entry?: { id?: unknown; changes?: { value?: { metadata?: object } }[] }[] }): unknown {
  for (const entry of body.entry ?? []) {
    entry.id = BUSINESS_ACCOUNT_ID;
    for (const { value } of entry.changes ?? []) {
      if (value?.metadata) value.metadata = { ...value.metadata, phone_number_id: PHONE_NUMBER_ID };
    }
  }
  return body;
}
