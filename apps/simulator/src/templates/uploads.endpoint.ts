import { APP } from '../app.ts';
import type { GraphCall, Route } from '../graph-api.ts';
import { GraphError } from '../graph-error.ts';
import { json, type Reply } from '../http.ts';
import type { World } from '../world.ts';
import type { Upload, UploadStore } from './upload-store.ts';

const TYPES = ['application/pdf', 'image/jpeg', 'image/jpg', 'image/png', 'video/mp4', 'video/3gpp'];
const LARGEST = 100 * 1024 * 1024;

/** The resumable upload: a session, then the bytes in one part or several, then the handle. */
export function uploadRoutes({ uploads }: World): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/:app_id/uploads',
      handle: (call) => (call.id === APP.id ? start(uploads, call) : undefined),
    },
    { method: 'POST', pattern: '/:upload_id', handle: (call) => receive(uploads, call) },
    {
      method: 'GET',
      pattern: '/:upload_id',
      handle: (call) => {
        const upload = sessionOf(uploads, call);
        return upload && json(progressOf(upload));
      },
    },
  ];
}

function start(uploads: UploadStore, { request }: GraphCall): Reply {
  const given = (name: string): unknown => request.query.get(name) ?? request.object?.[name];
  const [length, type] = [Number(given('file_length')), given('file_type')];
  if (!Number.isInteger(length) || length < 1 || length > LARGEST) {
    throw graphFault(`Param file_length must be a whole number from 1 to ${LARGEST}`);
  }
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    throw graphFault(`Param file_type must be one of {${TYPES.join(', ')}}`);
  }
  const { id, signature } = uploads.start(type, length);
  return json({ id: `${id}?sig=${signature}` });
}

function receive(uploads: UploadStore, call: GraphCall): Reply | undefined {
  const upload = sessionOf(uploads, call);
  if (!upload) return undefined;
  const { headers, body } = call.request;
  if (Number(headers.file_offset) !== upload.received) {
    throw graphFault(`The header file_offset must be ${upload.received}, the number of bytes that are here.`);
  }
  if (upload.received + body.length > upload.length) {
    throw graphFault(`The upload was announced with ${upload.length} bytes and more were sent.`);
  }
  const handle = uploads.append(upload, body.length);
  return json(handle === undefined ? progressOf(upload) : { h: handle });
}

/** The id is only good with the signature that was given out behind it. */
function sessionOf(uploads: UploadStore, { request, id }: GraphCall): Upload | undefined {
  const upload = uploads.find(id.replace(/^upload%3a/i, 'upload:'));
  return upload?.signature === request.query.get('sig') ? upload : undefined;
}

function progressOf({ id, signature, received }: Upload): object {
  return { id: `${id}?sig=${signature}`, file_offset: received };
}

function graphFault(message: string): GraphError {
  return new GraphError(100, undefined, { message: `(#100) ${message}` });
}
