import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { type AppConfig, loadConfigFromProcess } from '#common';
import { renderBody } from '#whatsapp';

import { DEMO_TENANT } from '../development/announce.ts';
import { adminApiKey } from '../development/services.ts';
import type { MessageResponse } from '../messages/dto/message.response.ts';
import { print } from './command-line.ts';
import { publishToRabbitMq } from './publish.ts';

const STATUSES = ['PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'CANCELLED'];
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** `npm run demo`: publishes an approved purchase order and shows its message on the way to READ. */
async function demo(config: AppConfig): Promise<void> {
  const api = new Api(config);
  const event = purchaseOrder();
  print(
    `Purchase order ${event.data.po_number} over ${event.data.total_amount} ${event.data.currency} for ${event.data.supplier_name} is approved.`,
  );
  print(await publish(config, api, event), '');

  const message = await follow(api, event.event_id);
  const wanted = new URLSearchParams({
    name: message.template_name ?? '',
    language: message.template_language ?? '',
  });
  const { data } = await api.get<{ data: { body_text: string }[] }>(`/templates?${wanted.toString()}`);
  print('', `${message.to} has: ${renderBody(data[0]?.body_text ?? '', message.content as never)}`);
  if (message.status !== 'READ')
    throw new Error(`The message ended as ${message.status}: ${message.error?.action ?? ''}`);
}

function purchaseOrder() {
  return {
    event_id: randomUUID(),
    event_type: 'po.approved',
    service_name: 'procurement',
    timestamp: new Date().toISOString(),
    data: {
      tenant_id: DEMO_TENANT,
      po_id: randomUUID(),
      po_number: 'PO-2024-001',
      supplier_id: 'supplier-abc',
      supplier_name: 'Proveedor ABC',
      supplier_phone: '+34612345678',
      total_amount: 1250.0,
      currency: 'EUR',
    },
  };
}

/** Through RabbitMQ where one is configured, else by HTTP: the handler is the same. */
async function publish(config: AppConfig, api: Api, event: { event_type: string }): Promise<string> {
  const { rabbitmq, poEvents } = config;
  if (rabbitmq.url) {
    await publishToRabbitMq(rabbitmq.url, poEvents.exchange, event.event_type, event);
    return `Published to the exchange ${poEvents.exchange}.`;
  }
  await api.post('/api/v1/po-events', event);
  return 'Sent to POST /api/v1/po-events (RABBITMQ_URL is not set).';
}

/** Prints each status once, until none follows any more. */
async function follow(api: Api, eventId: string): Promise<MessageResponse> {
  const deadline = Date.now() + PATIENCE_MS;
  const shown = new Set<string>();
  while (Date.now() < deadline) {
    const { data } = await api.get<{ data: MessageResponse[] }>(`/messages?notification_id=${eventId}`);
    const message = data[0] && (await api.get<MessageResponse>(`/messages/${data[0].id}`));
    for (const { status, at } of message ? reached(message) : []) {
      if (!shown.has(status)) print(`  ${at.slice(11, 23)}  ${status}`);
      shown.add(status);
    }
    if (message && ['READ', 'FAILED', 'CANCELLED'].includes(message.status)) return message;
    await pause(POLL_MS);
  }
  throw new Error(`No message was READ within ${PATIENCE_MS / 1_000} s; see the log of the application.`);
}

/** The statuses on a message's timeline, each when we first knew of it. */
function reached({ events = [] }: MessageResponse): { status: string; at: string }[] {
  return events.flatMap(({ type, created_at: at }) => {
    const status = type === 'accepted' ? 'PENDING' : type.toUpperCase();
    return STATUSES.includes(status) ? [{ status, at }] : [];
  });
}

class Api {
  private readonly base: string;
  private readonly headers: Record<string, string>;

  constructor(config: AppConfig) {
    this.base = `http://127.0.0.1:${config.http.port}`;
    this.headers = { authorization: `Bearer ${adminApiKey(config)}`, 'content-type': 'application/json' };
  }

  async get<T>(path: string): Promise<T> {
    return this.call<T>('GET', `/api/v1/whatsapp${path}`);
  }

  async post(path: string, body: object): Promise<object> {
    return this.call('POST', path, body);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const request = { method, headers: this.headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(this.base + path, request).catch(() => {
      throw new Error(`Nothing answers on ${this.base}. Start Palomar in another terminal first: npm start`);
    });
    if (response.ok) return (await response.json()) as T;
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  }
}

try {
  await demo(loadConfigFromProcess());
} catch (failure) {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
}
