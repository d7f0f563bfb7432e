import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { S3Config } from '#common';

import { signS3Request } from '../../libs/media/src/storage/s3-signature.ts';

/** A bucket in memory that checks signatures and hashes, as S3 does. */
export interface S3Server {
  config: S3Config;
  objects: Map<string, Buffer>;
  /** `PUT /bucket/key`, in the order they came. */
  requests: string[];
  stop(): Promise<void>;
}

export async function anS3Server(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const config: S3Config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'palomar-media',
    region: 'eu-west-1',
    accessKeyId: 'AKIATEST',
    secretAccessKey: 'secret',
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    if (!isSigned(request)) return refuse(response, 403, 'SignatureDoesNotMatch');
    if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) {
      return refuse(response, 400, 'XAmzContentSHA256Mismatch');
    }
    const object = objects.get(url);
    if (method === 'PUT') {
      objects.set(url, body);
      response.end();
    } else if (method === 'DELETE') {
      objects.delete(url);
      response.writeHead(204).end();
    } else if (!object) refuse(response, 404, 'NoSuchKey');
    else {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = from === undefined ? object : object.subarray(Number(from), Number(to) + 1);
      response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length });
      response.end(method === 'HEAD' ? undefined : part);
    }
  }

  /** Signs what came as we would have, with the headers it names. */
  function isSigned({ method = '', url = '', headers }: IncomingMessage): boolean {
    const { authorization = '' } = headers;
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
    const time = String(headers['x-amz-date']).replace(/^(.{4})(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
    const request = {
      method,
      url: new URL(url, config.endpoint),
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      bodySha256: String(headers['x-amz-content-sha256']),
    };
    return signS3Request(request, config, new Date(time)).authorization === authorization;
  }

  return {
    config,
    objects,
    requests,
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
}
