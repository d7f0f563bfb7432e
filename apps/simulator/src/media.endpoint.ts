import type { GraphCall, Route } from './graph-api.ts';
import { GraphError } from './graph-error.ts';
import { json, type Reply } from './http.ts';
import type { MediaFile } from './media-store.ts';
import type { World } from './world.ts';

const MB = 1024 * 1024;
const DOCUMENTS = 'officedocument|msword|ms-excel|ms-powerpoint';
/** Largest file per kind of content; what matches none of them is refused. */
const LARGEST: readonly (readonly [RegExp, number])[] = [
  [/^image\/webp$/, 500 * 1024],
  [/^image\/(jpeg|png)$/, 5 * MB],
  [/^audio\/(aac|amr|mpeg|mp4|ogg|opus)$/, 16 * MB],
  [/^video\/(mp4|3gpp)$/, 16 * MB],
  [new RegExp(`^(text/plain|application/(pdf|.*(${DOCUMENTS}).*))$`), 100 * MB],
];

/** Upload, look-up, download and removal of media files. */
export function mediaRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/:phone_number_id/media',
      handle: (call) => (world.account.numbers.has(call.id) ? upload(world, call) : undefined),
    },
    {
      method: 'GET',
      pattern: '/:media_id',
      handle: ({ request, id }) => {
        const file = world.media.find(id);
        return file && json(describe(file, request.origin, world.media.nextExpiry()));
      },
    },
    {
      method: 'DELETE',
      pattern: '/:media_id',
      handle: ({ id }) => {
        if (!world.media.find(id)) return undefined;
        world.media.delete(id);
        return json({ success: true });
      },
    },
    {
      method: 'GET',
      pattern: '/whatsapp_business/attachments',
      handle: ({ request }): Reply => {
        const file = world.media.find(request.query.get('mid') ?? '');
        const isExpired = Number(request.query.get('ext')) * 1000 < Date.now();
        if (!file || isExpired) return { status: 404, headers: {}, body: '' };
        return { status: 200, headers: { 'content-type': file.mimeType }, body: file.bytes };
      },
    },
  ];
}

async function upload(world: World, { request }: GraphCall): Promise<Reply> {
  const form = await readForm(request.body, request.headers['content-type'] ?? '');
  if (form.get('messaging_product') !== 'whatsapp') throw required('messaging_product');
  const file = form.get('file');
  if (!(file instanceof Blob)) throw required('file');
  const type = form.get('type');
  const mimeType = (file.type || (typeof type === 'string' ? type : '')).split(';')[0]?.trim() ?? '';
  const largest = LARGEST.find(([pattern]) => pattern.test(mimeType))?.[1];
  if (largest === undefined) throw new GraphError(100, `Param file must not be of type ${mimeType}`);
  if (file.size > largest) throw new GraphError(100, `Param file must be at most ${largest} bytes for ${mimeType}`);
  const { id } = world.media.add(mimeType, Buffer.from(await file.arrayBuffer()));
  return json({ id });
}

async function readForm(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw required('file'); // not a form at all
  }
}

function required(parameter: string): GraphError {
  return new GraphError(100, undefined, { message: `(#100) The parameter ${parameter} is required.` });
}

/** The URL is good for five minutes and needs the token. */
function describe(file: MediaFile, origin: string, expires: number): object {
  return {
    messaging_product: 'whatsapp',
    url: `${origin}/whatsapp_business/attachments/?mid=${file.id}&ext=${expires}&hash=${file.sha256.slice(0, 32)}`,
    mime_type: file.mimeType,
    sha256: file.sha256,
    file_size: file.size,
    id: file.id,
  };
}
