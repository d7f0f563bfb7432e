import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';
import { freePort } from '#embedded';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { AppProcess } from '../support/app-process.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_KEY, TENANT } from '../support/test-app.ts';

const MESSAGES = 600;
const CLIENTS = 20;

/** One line of the client's ledger: what it was promised. */
interface Promised {
  to: string;
  id: string;
}

describe('a process that is killed while it sends', () => {
  let database: TestDatabase;
  let db: DataSource;
  let simulator: RunningSimulator;
  let url: string;
  let env: Record<string, string>;
  let app: AppProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url);
    simulator = await startSimulator({
      port: 0,
      statusDelaysMs: { sent: 20, delivered: 20, read: 20 },
      retry: { firstPauseMs: 100, longestPauseMs: 500, giveUpAfterMs: 120_000 },
    });
    // Slow enough that the kill finds requests in every stage.
    simulator.addFault({ kind: 'slow', delayMs: 40 });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    simulator.setWebhook({ url: `${url}/api/v1/whatsapp/webhook` });
    env = {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      WHATSAPP_GRAPH_URL: simulator.url,
      ADMIN_API_KEY: ADMIN_KEY,
      DISPATCHER_CONCURRENCY: '20',
      WHATSAPP_SEND_TIMEOUT_MS: '1500',
      DISPATCHER_LEASE_MS: '2000',
      DISPATCHER_SWEEP_MS: '200',
      LOG_LEVEL: 'warn',
    };
    app = AppProcess.start(env);
    await app.listening(url);
  });

  afterAll(async () => {
    await app.end('SIGTERM');
    await simulator.stop();
    await db.destroy();
    await database.drop();
  });

  it('loses nothing that was accepted, and sends nothing twice', async () => {
    const promised: Promised[] = [];
    const sending = sendAll(promised);
    await eventually(() => expect(simulator.counts().accepted).toBeGreaterThan(40), { intervalMs: 5 });

    await app.end('SIGKILL');
    const acceptedBeforeTheKill = promised.length;
    app = AppProcess.start(env);
    await sending;

    expect(acceptedBeforeTheKill).toBeLessThan(MESSAGES);
    expect(promised).toHaveLength(MESSAGES);
    await eventually(async () => expect(await unsettled()).toEqual([]), { timeoutMs: 60_000, intervalMs: 200 });
    const ledger = simulator.ledger({ limit: 10_000 });
    const sends = new Map<string, number>();
    for (const { to } of ledger) sends.set(to, (sends.get(to) ?? 0) + 1);
    const doubled = [...sends].filter(([, count]) => count > 1);
    expect(doubled).toEqual([]);

    const stored = await statuses();
    expect(stored.size).toBe(MESSAGES);
    for (const { to, id } of promised) {
      // Never sent, as far as anyone can know: in sight of the admin, not lost.
      const expected = sends.has(to) ? 'READ' : 'PENDING unconfirmed';
      expect([id, stored.get(id)]).toEqual([id, expected]);
    }
  }, 120_000);

  /** Each message until its 202; the same Idempotency-Key makes the repetition after a lost answer harmless. */
  async function sendAll(promised: Promised[]): Promise<void> {
    const numbers = Array.from({ length: MESSAGES }, (_, index) => `+34600${111_111 + index}`);
    const client = async (): Promise<void> => {
      for (let to = numbers.shift(); to; to = numbers.shift()) promised.push({ to, id: await sendUntilAccepted(to) });
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }

  async function sendUntilAccepted(to: string): Promise<string> {
    const parameters = ['Proveedor ABC', 'PO-2024-001', '€1,250.00'];
    const template = { name: 'po_notification', language: 'es', parameters };
    for (;;) {
      const answer = await fetch(`${url}/api/v1/whatsapp/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': to },
        body: JSON.stringify({ tenant_id: TENANT, to, type: 'template', template }),
      }).catch(() => undefined);
      if (answer?.status === 202) return ((await answer.json()) as { id: string }).id;
      // Refused for good would be a fault of the test; away, busy or still locked is what it is about.
      if (answer && ![409, 503].includes(answer.status)) throw new Error(await answer.text());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Messages that will still change by themselves: due ones, and those that the simulator has and we do not know of. */
  async function unsettled(): Promise<string[]> {
    const sent = new Set(simulator.ledger({ limit: 10_000 }).map(({ to }) => to));
    const rows = await queryRows<{ recipient_phone: string; status: string; pending_reason: string | null }>(
      db,
      'SELECT recipient_phone, status, pending_reason FROM whatsapp_messages',
    );
    return rows
      .filter(({ recipient_phone: to, status, pending_reason: reason }) =>
        sent.has(to) ? status !== 'READ' : reason !== 'unconfirmed',
      )
      .map(({ recipient_phone: to, status, pending_reason: reason }) => `${to} ${status} ${reason}`);
  }

  async function statuses(): Promise<Map<string, string>> {
    const rows = await queryRows<{ id: string; shown: string }>(
      db,
      `SELECT id, concat_ws(' ', status, pending_reason) AS shown FROM whatsapp_messages`,
    );
    return new Map(rows.map(({ id, shown }) => [id, shown]));
  }
});
