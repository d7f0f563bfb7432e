import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import type { Json } from './examples.ts';
import { graphClient } from './graph-client.ts';

describe('media of the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof graphClient>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    client = graphClient(simulator);
  });
  afterAll(() => simulator.stop());

  it('describes an uploaded file and gives its bytes back to the bearer of the token only', async () => {
    const { body } = await upload({ file: new Blob(['%PDF-1.7'], { type: 'application/pdf' }) });

    const described = await client.get(body.id);

    const { url, ...rest } = described.body;
    expect(rest).toEqual({
      messaging_product: 'whatsapp',
      id: body.id,
      mime_type: 'application/pdf',
      file_size: 8,
      sha256: createHash('sha256').update('%PDF-1.7').digest('hex'),
    });
    expect((await fetch(url)).status).toBe(401);
    const download = await fetch(url, { headers: { authorization: `Bearer ${simulator.options.accessToken}` } });
    expect(await download.text()).toBe('%PDF-1.7');
    expect(download.headers.get('content-type')).toBe('application/pdf');
  });

  it('gives nothing at an address that is past its time', async () => {
    const { body } = await upload({ file: new Blob(['x'], { type: 'image/png' }) });
    const { url } = (await client.get(body.id)).body;

    const expired = await fetch(url.replace(/ext=\d+/, 'ext=1'), {
      headers: { authorization: `Bearer ${simulator.options.accessToken}` },
    });

    expect(expired.status).toBe(404);
  });

  it('knows a deleted file no more', async () => {
    const { body } = await upload({ file: new Blob(['x'], { type: 'image/png' }) });

    await client.call('DELETE', body.id);

    expect((await client.get(body.id)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
    expect((await client.call('DELETE', body.id)).status).toBe(400);
  });

  it.each([
    ['a type WhatsApp does not carry', { file: new Blob(['x'], { type: 'application/zip' }) }],
    ['an image over 5 MB', { file: new Blob([new Uint8Array(5 * 1024 * 1024 + 1)], { type: 'image/jpeg' }) }],
    ['no file', { type: 'image/png' }],
    ['no messaging_product', { file: new Blob(['x'], { type: 'image/png' }), messaging_product: '' }],
  ])('refuses %s', async (_, fields) => {
    const answer = await upload(fields);

    expect(answer).toMatchObject({ status: 400, body: { error: { code: 100 } } });
  });

  async function upload(fields: Record<string, string | Blob>): Promise<{ status: number; body: Json }> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ messaging_product: 'whatsapp', ...fields })) form.set(name, value);
    const response = await fetch(`${simulator.url}/v23.0/${simulator.options.phoneNumberId}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.options.accessToken}` },
      body: form,
    });
    return { status: response.status, body: await response.json() };
  }
});
