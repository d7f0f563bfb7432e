import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { freePort } from '#embedded';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { aDelivery, anInboundChange, signed } from '../factories/deliveries.ts';
import { aJpeg } from '../factories/files.ts';
import { BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from '../factories/messages.ts';
import { AppProcess } from '../support/app-process.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { anEvent } from '../support/po-events.ts';
import { TENANT } from '../support/test-app.ts';

const API = '/api/v1/whatsapp';
const canary = () => `canary${randomBytes(12).toString('hex')}`;

/** What nobody may read: neither in a log nor, in clear, in the database. */
const SECRETS = {
  accessToken: canary(),
  appSecret: canary(),
  verifyToken: canary(),
  adminKey: canary(),
  adminPassword: canary(),
  storedToken: canary(),
  storedAppSecret: canary(),
};
/** What people say, and to whom: theirs and their tenant's alone. */
const TEXT = canary();
const PHONE = '34612907413';
/** A recipient for each fate that the simulator deals out, all with the same beginning. */
const FATES = ['7413', '0026', '0047', '0429', '0500', '0000'];
const numberOf = (fate: string) => `+3461290${fate}`;

describe('secrets and what people say', () => {
  let database: TestDatabase;
  let db: DataSource;
  let simulator: RunningSimulator;
  let app: AppProcess;
  let url: string;
  let key: string;
  let session: string;
  const refusals: string[] = [];
  let metrics: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url);
    const { accessToken, appSecret, verifyToken } = SECRETS;
    simulator = await startSimulator({
      port: 0,
      accessToken,
      appSecret,
      verifyToken,
      statusDelaysMs: { sent: 5, delivered: 10, read: 10 },
    });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    app = AppProcess.start({
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      WHATSAPP_GRAPH_URL: simulator.url,
      WHATSAPP_ACCESS_TOKEN: accessToken,
      WHATSAPP_PHONE_NUMBER_ID: PHONE_NUMBER_ID,
      WHATSAPP_BUSINESS_ACCOUNT_ID: BUSINESS_ACCOUNT_ID,
      WHATSAPP_APP_SECRET: appSecret,
      WHATSAPP_WEBHOOK_VERIFY_TOKEN: verifyToken,
      ADMIN_API_KEY: SECRETS.adminKey,
      ADMIN_EMAIL: 'admin@example.com',
      ADMIN_PASSWORD: SECRETS.adminPassword,
      DISPATCHER_SWEEP_MS: '200',
      LOG_LEVEL: 'trace',
    });
    await app.listening(url);
    simulator.setWebhook({ url: `${url}${API}/webhook` });
    await everythingHappens();
    metrics = await (await fetch(`${url}/metrics`)).text();
  }, 180_000);

  afterAll(async () => {
    await app.end('SIGTERM');
    await simulator.stop();
    await db.destroy();
    await database.drop();
  });

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const bytes = Buffer.isBuffer(body) ? new Uint8Array(body) : body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${SECRETS.adminKey}`, 'content-type': 'application/json', ...headers },
      ...(bytes !== undefined && { body: bytes }),
    });
    const text = await answer.text();
    if (answer.status >= 400) refusals.push(text);
    return { status: answer.status, body: text, cookie: answer.headers.get('set-cookie') ?? '' };
  }

  async function everythingHappens(): Promise<void> {
    key = (JSON.parse((await call('POST', '/api/v1/api-keys', aKey())).body) as { key: string }).key;
    await messagesOfEveryFate();
    await peopleWrite();
    await whatIsStored();
    await somebodySignsIn();
    await whatIsRefused();
    await whatBreaks();
  }

  async function messagesOfEveryFate(): Promise<void> {
    for (const fate of FATES) {
      const { status } = await call('POST', `${API}/messages`, { ...aText(), to: numberOf(fate) });
      expect(status).toBe(202);
    }
    const image = { type: 'image', image: { link: `${simulator.url}/no-such-file`, caption: TEXT } };
    await call('POST', `${API}/messages`, { tenant_id: TENANT, to: `+${PHONE}`, ...image });
    await call('POST', `${API}/messages/bulk`, { tenant_id: TENANT, messages: [aText(), { ...aText(), type: 'odd' }] });
    await call('POST', '/api/v1/po-events', anEvent({ supplier_name: TEXT, supplier_phone: `+${PHONE}` }));
    await call('POST', '/api/v1/po-events', anEvent({ supplier_name: TEXT, supplier_phone: `+${PHONE}x` }));
    await eventually(
      async () => {
        const rows = await queryRows<{ status: string }>(db, 'SELECT DISTINCT status FROM whatsapp_messages');
        expect(rows.map(({ status }) => status)).toEqual(expect.arrayContaining(['READ', 'FAILED']));
      },
      { timeoutMs: 30_000 },
    );
  }

  async function peopleWrite(): Promise<void> {
    const inbound = aDelivery([anInboundChange({ from: PHONE, text: TEXT })]).body;
    const { headers } = signed(inbound, SECRETS.appSecret);
    expect((await call('POST', `${API}/webhook`, inbound, headers)).status).toBe(200);
    await call('POST', `${API}/webhook`, inbound, signed(inbound, 'another-secret').headers);
    const odd = Buffer.from(JSON.stringify({ object: TEXT, entry: [{ changes: [{ field: TEXT, value: PHONE }] }] }));
    await call('POST', `${API}/webhook`, odd, signed(odd, SECRETS.appSecret).headers);
    await call('POST', '/api/webhook/', { sender: `+${PHONE}`, content: TEXT });
    await call('GET', `${API}/webhook?hub.mode=subscribe&hub.verify_token=${SECRETS.verifyToken}&hub.challenge=1`);
    await call('GET', `${API}/webhook?hub.mode=other&hub.verify_token=${SECRETS.verifyToken}&hub.challenge=1`);
    await eventually(async () => {
      expect(await queryRows(db, `SELECT 1 FROM whatsapp_messages WHERE direction = 'inbound'`)).toHaveLength(2);
    });
  }

  async function whatIsStored(): Promise<void> {
    const { storedAppSecret, storedToken } = SECRETS;
    const app = { name: 'Acme', app_secret: storedAppSecret, verify_token: storedAppSecret };
    expect((await call('POST', '/api/v1/meta-apps', app)).status).toBe(201);
    const number = { tenant_id: newId(), business_account_id: '102290129340399', access_token: storedToken };
    const stored = '/api/v1/sending-numbers/106540352242999';
    // Meta knows no such token: the refusal is ours to tell.
    expect((await call('PUT', stored, number)).status).toBe(422);
    expect((await call('PUT', `${stored}?verify=false`, number)).status).toBe(200);
    await call('POST', `${API}/templates/sync?tenant_id=${number.tenant_id}`);
    await call('POST', `${API}/messages`, { ...aText(), tenant_id: number.tenant_id });
    await call('POST', `${API}/media?tenant_id=${TENANT}`, aJpeg(TEXT), { 'content-type': 'image/jpeg' });
  }

  async function somebodySignsIn(): Promise<void> {
    const [email, password] = ['admin@example.com', SECRETS.adminPassword];
    const page = { origin: url, authorization: '' };
    await call('POST', '/api/v1/auth/sign-in', { email, password: `${password} and more` }, page);
    await call('POST', '/api/v1/auth/sign-in', { email: password, password: [password] }, page);
    const { status, cookie } = await call('POST', '/api/v1/auth/sign-in', { email, password }, page);
    expect(status).toBe(200);
    session = /=([^;]+)/.exec(cookie)![1]!;
    const asSomebody = { ...page, cookie: cookie.split(';')[0]! };
    await call('GET', '/api/v1/auth/me', undefined, asSomebody);
    await call('POST', '/api/v1/auth/password', { current_password: 'no', new_password: password }, asSomebody);
    await call('GET', '/api/v1/audit/chain', undefined, asSomebody);
  }

  async function whatIsRefused(): Promise<void> {
    const { accessToken, appSecret, storedToken } = SECRETS;
    for (const path of [`${API}/messages`, '/api/v1/meta-apps', '/api/v1/api-keys', '/api/send-message/']) {
      await call('POST', path, { [accessToken]: 1, app_secret: [appSecret], name: { storedToken } });
    }
    await call('PUT', '/api/v1/sending-numbers/106540352242998', { access_token: `${storedToken} with blanks` });
    await call('POST', `${API}/messages`, Buffer.from(`{"text": "${TEXT}`));
    await call('GET', `${API}/messages`, undefined, { authorization: `Bearer ${storedToken}` });
    await call('GET', `${API}/messages`, undefined, { authorization: `Basic ${key}` });
    await call('GET', `${API}/messages?q=${TEXT}&to=%2B${PHONE}`);
    await call('GET', `${API}/messages/export?q=${TEXT}`);
    await call('GET', `/nowhere/${TEXT}?phone=${PHONE}`);
  }

  /** Graph is gone, then the database is not as it should be: the causes go to the log. */
  async function whatBreaks(): Promise<void> {
    await simulator.stop();
    await call('POST', `${API}/messages`, { ...aText(), to: `+${PHONE}` }, { prefer: 'wait=1' });
    await call('POST', `${API}/templates/sync`);
    await db.query('ALTER TABLE whatsapp_messages RENAME COLUMN content TO gone');
    const { status } = await call('POST', `${API}/messages`, { ...aText(), to: `+${PHONE}` });
    expect(status).toBe(500);
    await call('GET', `${API}/messages?q=${TEXT}&to=%2B${PHONE}`);
    await db.query('ALTER TABLE whatsapp_messages RENAME COLUMN gone TO content');
    await eventually(() => expect(app.printed).toContain('Request failed'));
  }

  it.each(Object.keys(SECRETS) as (keyof typeof SECRETS)[])(
    'keep the %s out of the log, the metrics and refusals',
    (name) => {
      expect(linesWith(app.printed, SECRETS[name])).toEqual([]);
      expect(linesWith(metrics, SECRETS[name])).toEqual([]);
      expect(refusals.filter((refusal) => name !== 'accessToken' && refusal.includes(SECRETS[name]))).toEqual([]);
    },
  );

  it('keep an API key and a session out of them, too', () => {
    for (const made of [key, session]) {
      expect(linesWith([app.printed, metrics, ...refusals].join('\n'), made)).toEqual([]);
    }
  });

  it('keep texts and phone numbers out of the log and the metrics', () => {
    for (const said of [TEXT, ...FATES.map((fate) => numberOf(fate).slice(1))]) {
      expect(linesWith(app.printed, said)).toEqual([]);
      expect(linesWith(metrics, said)).toEqual([]);
    }
  });

  it('keep secrets out of the database, in clear', async () => {
    const found = await findInDatabase(db, [...Object.values(SECRETS), key, session]);

    expect(found).toEqual([]);
  });

  it('are looked for where they would be found', async () => {
    expect(await findInDatabase(db, [TEXT])).toContainEqual(expect.stringMatching(/^whatsapp_messages\.content/));
    expect(app.printed).toContain('Request failed');
  });
});

function aKey(): object {
  return { name: 'canary', tenant_id: TENANT, scopes: ['messages:send'] };
}

function aText(): object {
  return { tenant_id: TENANT, to: `+${PHONE}`, type: 'text', text: TEXT };
}

function linesWith(text: string, secret: string): string[] {
  return text.split('\n').filter((line) => line.includes(secret));
}

/** `table.column` wherever one of these texts stands, in any column of any table. */
async function findInDatabase(db: DataSource, texts: string[]): Promise<string[]> {
  const columns = await queryRows<{ table_name: string; column_name: string; data_type: string }>(
    db,
    `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
     JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { table_name: table, column_name: column, data_type: type } of columns) {
    const asText = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const condition = `${asText} LIKE ANY ($1)`;
    const rows = await queryRows(db, `SELECT 1 FROM "${table}" WHERE ${condition} LIMIT 1`, [
      texts.map((text) => `%${text}%`),
    ]);
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
}
