import type { RunningSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';
import { type Answer, graphClient } from './graph-client.ts';

/** The calls of the template endpoints. */
export function templateClient(simulator: RunningSimulator) {
  const client = graphClient(simulator);
  const path = `${simulator.options.businessAccountId}/message_templates`;

  /** Uploads a file and gives its handle. */
  async function upload(fileType: string, bytes = Buffer.from('a sample')): Promise<string> {
    const query = `file_name=sample&file_length=${bytes.length}&file_type=${fileType}`;
    const session = await client.call('POST', `${await appId()}/uploads?${query}`);
    return (await append(session.body.id, 0, bytes)).body.h;
  }

  async function appId(): Promise<string> {
    const { body } = await client.get(`debug_token?input_token=${simulator.options.accessToken}`);
    return body.data.app_id;
  }

  async function append(id: string, offset: number, bytes: Buffer): Promise<Answer> {
    const response = await fetch(`${simulator.url}/v23.0/${id}`, {
      method: 'POST',
      headers: { authorization: `OAuth ${simulator.options.accessToken}`, file_offset: String(offset) },
      body: new Uint8Array(bytes),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  return {
    ...client,
    path,
    appId,
    upload,
    append,
    create: (body: Json) => client.call('POST', path, { body }),
    edit: (id: string, body: Json) => client.call('POST', id, { body }),
    remove: (query: string) => client.call('DELETE', `${path}?${query}`),
    list: async (query = ''): Promise<Json[]> => (await client.get(`${path}?limit=250&${query}`)).body.data,
  };
}

/** A new template; `change` replaces whole fields of it. */
export function aNewTemplate(change: Json = {}): Json {
  return {
    name: 'appointment',
    language: 'es',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Tu cita es el {{1}} por la tarde.', example: { body_text: [['martes']] } }],
    ...change,
  };
}
