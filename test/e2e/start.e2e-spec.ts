import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { freePort } from '#embedded';

import { AppProcess } from '../support/app-process.ts';
import { eventually } from '../support/eventually.ts';

/** A folder where nothing is configured, as a newcomer has it. */
describe('npm start with nothing configured', () => {
  let folder: string;
  let port: number;
  let simulatorPort: number;
  let app: AppProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palomar-start-'));
    [port, simulatorPort] = [await freePort(), await freePort()];
  });

  afterEach(() => app.end('SIGKILL'));

  afterAll(async () => {
    // Whatever a test left running is taken over, and stopped in order.
    app = await start();
    await app.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<AppProcess> {
    const started = AppProcess.start({ PORT: String(port), SIMULATOR_PORT: String(simulatorPort) }, { cwd: folder });
    await started.listening(url());
    return started;
  }

  const url = (): string => `http://127.0.0.1:${port}`;

  async function call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const key = await readFile(join(folder, '.data/admin-api-key'), 'utf8');
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(url() + path, { ...init, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function signIn(email: string, password: string): Promise<number> {
    const headers = { origin: url(), 'content-type': 'application/json' };
    const body = JSON.stringify({ email, password });
    return (await fetch(`${url()}/api/v1/auth/sign-in`, { method: 'POST', headers, body })).status;
  }

  async function approveOrder(poNumber: string): Promise<string> {
    const data = {
      tenant_id: '01930000-0000-7000-8000-000000000001',
      po_id: crypto.randomUUID(),
      po_number: poNumber,
      supplier_name: 'Proveedor ABC',
      supplier_phone: '+34612345678',
      total_amount: 1250.0,
      currency: 'EUR',
    };
    const event = { event_id: crypto.randomUUID(), event_type: 'po.approved', data };
    const { status, body } = await call('/api/v1/po-events', { method: 'POST', body: JSON.stringify(event) });
    expect([status, body.outcome]).toEqual([202, 'notified']);
    return body.message_id as string;
  }

  const statusOf = async (id: string) => (await call(`/api/v1/whatsapp/messages/${id}`)).body.status;

  it('carries a purchase order to READ on its own database and simulator, and says where everything is', async () => {
    app = await start();
    await eventually(async () => {
      const { body } = await call('/api/v1/whatsapp/templates');
      expect(body.data).not.toEqual([]);
    });

    const id = await approveOrder('PO-2024-001');

    await eventually(async () => expect(await statusOf(id)).toBe('READ'));
    const { data } = (await (await fetch(`http://127.0.0.1:${simulatorPort}/_simulator/messages`)).json()) as {
      data: { text: string }[];
    };
    expect(data.map(({ text }) => text)).toContain(
      'Hola Proveedor ABC, has recibido una nueva orden de compra PO-2024-001 por un total de €1,250.00.',
    );
    expect(app.printed).toContain(`${port}/api/v1/whatsapp`);
    expect(app.printed).toContain((await readFile(join(folder, '.data/admin-api-key'), 'utf8')).trim());
    expect(app.printed).toContain('npm run demo');
    expect(await signIn('admin@localhost', await readFile(join(folder, '.data/admin-password'), 'utf8'))).toBe(200);
    expect(app.printed).toMatch(/People +admin@localhost, first password /);
  }, 90_000);

  it('keeps its data over a kill -9, and starts again', async () => {
    app = await start();
    const id = await approveOrder('PO-2024-002');
    await eventually(async () => expect(await statusOf(id)).toBe('READ'));
    await app.end('SIGKILL');

    app = await start();

    expect(await statusOf(id)).toBe('READ');
  }, 90_000);

  it('says in one line that its port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(port, '0.0.0.0');
    await once(other, 'listening');
    try {
      app = AppProcess.start({ PORT: String(port), SIMULATOR_PORT: String(simulatorPort) }, { cwd: folder });

      expect(await app.exit()).toBe(1);
      expect(app.printed).toMatch(new RegExp(`Port ${port} is taken.*\\n$`));
      expect(app.printed).not.toMatch(/^ +at /m);
      await expect(readFile(join(folder, '.data/postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
    } finally {
      other.close();
    }
  }, 90_000);

  it('leaves nothing running after Ctrl-C', async () => {
    app = await start();

    const code = await app.end('SIGINT');

    expect(code).toBe(0);
    await expect(fetch(`http://127.0.0.1:${simulatorPort}/`)).rejects.toThrow();
    await expect(readFile(join(folder, '.data/postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  }, 90_000);
});
