import type { RunningSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text. */
  body: Json;
}

interface CallOptions {
  /** `v23.0`; empty for a path without a version. */
  version?: string;
  token?: string | null;
  body?: unknown;
}

/** A bare client: what the simulator says, unjudged. */
export function graphClient(simulator: RunningSimulator) {
  const { phoneNumberId, accessToken } = simulator.options;

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { version = 'v23.0', token = accessToken, body } = options;
    const response = await fetch([simulator.url, version, path].filter(Boolean).join('/'), {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parseOr(text) };
  }

  async function uploadImage(): Promise<string> {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new Blob(['x'], { type: 'image/png' }), 'x.png');
    const headers = { authorization: `Bearer ${accessToken}` };
    const url = `${simulator.url}/v23.0/${phoneNumberId}/media`;
    const answer = (await (await fetch(url, { method: 'POST', headers, body: form })).json()) as { id: string };
    return answer.id;
  }

  return {
    call,
    uploadImage,
    get: (path: string, options?: CallOptions) => call('GET', path, options),
    send: (body: unknown, options?: CallOptions) => call('POST', `${phoneNumberId}/messages`, { ...options, body }),
    control: (method: string, path: string, body?: unknown) =>
      call(method, `_simulator/${path}`, { version: '', token: null, body }),
  };
}

/** A text message to `to`, with whatever the test is about. */
export function aText(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { messaging_product: 'whatsapp', to: '+34612345678', type: 'text', text: { body: 'Hola' }, ...more };
}

/** The purchase-order notification. */
export function aTemplate(parameters = ['Proveedor ABC', 'PO-2024-001', '€1,250.00']): Record<string, unknown> {
  const body = { type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) };
  const template = { name: 'po_notification', language: { code: 'es' }, components: [body] };
  return { messaging_product: 'whatsapp', to: '+34612345678', type: 'template', template };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
