import { afterEach, describe, expect, it } from '@jest/globals';

import { CloudApiClient } from './cloud-api.client.ts';
import type { CloudApiAccount } from './cloud-api-account.ts';
import { type HttpAnswer, type HttpRequest, HttpTransport } from './http-transport.ts';
import { TemplateCalls } from './template-calls.ts';

const account: CloudApiAccount = {
  phoneNumberId: '106540352242922',
  businessAccountId: '102290129340398',
  accessToken: 'EAAGsecretToken',
};
const body = { type: 'BODY', text: 'Hola {{1}}, bienvenido.', example: { body_text: [['Ana']] } };

interface Seen extends Omit<HttpRequest, 'path' | 'body'> {
  path: string;
  query: Record<string, string>;
  body: string;
}

/** A network that gives the prepared answers, one after the other, and remembers what it was asked. */
class PreparedTransport extends HttpTransport {
  readonly seen: Seen[] = [];
  constructor(private readonly answers: unknown[]) {
    super();
  }

  async request({ path, body, ...rest }: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(path, 'http://graph');
    const chunks: Buffer[] = [];
    if (typeof body === 'string') chunks.push(Buffer.from(body));
    else for await (const chunk of body ?? []) chunks.push(chunk as Buffer);
    const query = Object.fromEntries(url.searchParams);
    this.seen.push({ ...rest, path: path.split('?')[0]!, query, body: Buffer.concat(chunks).toString() });
    if (this.answers.length === 0) throw new Error(`no answer is prepared for ${path}`);
    return { status: 200, text: JSON.stringify(this.answers.shift()) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const open: CloudApiClient[] = [];
afterEach(() => Promise.all(open.splice(0).map((client) => client.close())));

function aClient(...answers: unknown[]) {
  const transport = new PreparedTransport(answers);
  const client = new CloudApiClient({ graphUrl: 'http://graph', apiVersion: 'v26.0', timeoutMs: 1_000, transport });
  open.push(client);
  return { client, templates: client.templates, seen: transport.seen };
}

const OF_ACCOUNT = '/v26.0/102290129340398/message_templates';

describe(TemplateCalls.name, () => {
  it('submits a template as it is and answers with what Meta made of it', async () => {
    const submitted = { id: '99', status: 'PENDING', category: 'MARKETING' };
    const { templates, seen } = aClient(submitted);
    const template = { name: 'welcome', language: 'es', category: 'UTILITY', components: [body] };

    expect(await templates.create(account, template)).toEqual(submitted);

    expect(seen).toMatchObject([{ method: 'POST', path: OF_ACCOUNT }]);
    expect(JSON.parse(seen[0]!.body)).toEqual(template);
  });

  it('replaces the components of a template by its id', async () => {
    const { templates, seen } = aClient({ success: true });

    await templates.edit(account, '99', { components: [body] });

    expect(seen).toMatchObject([{ method: 'POST', path: '/v26.0/99', body: JSON.stringify({ components: [body] }) }]);
  });

  it.each([
    ['every language of a name', undefined, { name: 'welcome' }],
    ['one language by its id', '99', { name: 'welcome', hsm_id: '99' }],
  ])('removes %s', async (_what, id, query) => {
    const { templates, seen } = aClient({ success: true });

    await templates.delete(account, 'welcome', id);

    expect(seen).toMatchObject([{ method: 'DELETE', path: OF_ACCOUNT, query }]);
  });

  it('removes several by their ids', async () => {
    const { templates, seen } = aClient({ success: true });

    await templates.deleteMany(account, ['98', '99']);

    expect(seen).toMatchObject([{ method: 'DELETE', path: OF_ACCOUNT, query: { hsm_ids: '[98,99]' } }]);
  });

  it('lets a paused one go on', async () => {
    const { templates, seen } = aClient({ success: true });

    await templates.unpause(account, '99');

    expect(seen).toMatchObject([{ method: 'POST', path: '/v26.0/99/unpause' }]);
  });

  it('asks for one template with every field that the listing has', async () => {
    const template = { id: '99', name: 'welcome', language: 'es', status: 'REJECTED', rejected_reason: 'PROMOTIONAL' };
    const { client, seen } = aClient(template, { data: [] });

    expect(await client.templates.get(account, '99')).toEqual(template);
    for await (const listed of client.listTemplates(account)) expect(listed).toBeUndefined();

    expect(seen[0]).toMatchObject({ method: 'GET', path: '/v26.0/99' });
    expect(seen[0]!.query.fields).toBe(seen[1]!.query.fields);
  });

  it('looks through the library, page by page', async () => {
    const found = { id: '1', name: 'delivery_update_1', language: 'es' };
    const { templates, seen } = aClient(
      { data: [found], paging: { cursors: { after: 'A&B' }, next: 'http://elsewhere.invalid/' } },
      { data: [], paging: { cursors: { after: 'C' } } },
    );

    const first = await templates.library(account, { search: 'delivery', language: 'es', limit: 1 });
    const last = await templates.library(account, { search: 'delivery', after: first.after! });

    expect(first).toEqual({ templates: [found], after: 'A&B' });
    expect(last).toEqual({ templates: [], after: undefined });
    expect(seen.map(({ path, query }) => [path, query])).toEqual([
      ['/v26.0/message_template_library', { search: 'delivery', language: 'es', limit: '1' }],
      ['/v26.0/message_template_library', { search: 'delivery', after: 'A&B' }],
    ]);
  });

  it.each<[string, (templates: TemplateCalls) => Promise<unknown>, unknown]>([
    ['a creation without an id', (it) => it.create(account, { name: 'a', language: 'es', category: 'UTILITY' }), {}],
    ['an edit that is not confirmed', (it) => it.edit(account, '99', {}), { success: false }],
    ['a removal that is not confirmed', (it) => it.delete(account, 'a'), {}],
    ['a template without a status', (it) => it.get(account, '99'), { id: '99', name: 'a', language: 'es' }],
    ['a library without a list', (it) => it.library(account, {}), { data: null }],
  ])('cannot tell the outcome of %s', async (_what, call, answer) => {
    const { templates } = aClient(answer);

    await expect(call(templates)).rejects.toMatchObject({ outcome: 'unknown', httpStatus: 200 });
  });

  describe('the example of a header', () => {
    const bytes = Buffer.from('%PDF-1.7 …');
    const file = () => ({ bytes: asStream(bytes), size: bytes.length, mimeType: 'application/pdf' });

    it('is uploaded for the app of the token, in the two steps Meta asks for', async () => {
      const { client, seen } = aClient(
        { data: { app_id: '634974688087057', is_valid: true } },
        { id: 'upload:MTphdHRh==?sig=ARZq+k' },
        { h: '4::YXBwbGljYXRpb24vcGRm' },
      );

      expect(await client.uploadExample(account, file())).toBe('4::YXBwbGljYXRpb24vcGRm');

      const [asked, opened, sent] = seen;
      expect(asked).toMatchObject({ path: '/v26.0/debug_token', query: { input_token: account.accessToken } });
      expect(opened).toMatchObject({
        method: 'POST',
        path: '/v26.0/634974688087057/uploads',
        query: { file_length: String(bytes.length), file_type: 'application/pdf', file_name: 'example.pdf' },
      });
      expect(sent).toMatchObject({
        method: 'POST',
        path: '/v26.0/upload:MTphdHRh==',
        body: bytes.toString(),
        headers: {
          authorization: 'OAuth EAAGsecretToken',
          file_offset: '0',
          'content-length': String(bytes.length),
        },
      });
      expect(Object.keys(sent!.query)).toEqual(['sig']);
    });

    it.each([
      ['the token names no app', [{ data: { is_valid: false } }]],
      ['no upload is opened', [{ data: { app_id: '6' } }, { id: '../me' }]],
      ['there is no handle', [{ data: { app_id: '6' } }, { id: 'upload:a' }, { h: '' }]],
    ])('has an unknown outcome when %s', async (_when, answers) => {
      const { client } = aClient(...answers);

      await expect(client.uploadExample(account, file())).rejects.toMatchObject({ outcome: 'unknown' });
    });
  });
});

async function* asStream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
