import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import { Agent, type Dispatcher, request } from 'undici';

import type { S3Config } from '#common';

import { isSha256 } from '../sha256.ts';
import { type ByteRange, MediaMissingError, MediaStorage } from './media-storage.ts';
import { EMPTY_SHA256, signS3Request } from './s3-signature.ts';

/** For the answer to begin, and between two pieces of it. */
const SILENCE_MS = 30_000;

/**
 * A bucket of Amazon S3 or of something that speaks its protocol. Four calls are all that is needed, so there is no SDK
 * (docs/adr/0011). The bucket is written into the path, which every such storage understands.
 */
export class S3Storage extends MediaStorage {
  private readonly agent = new Agent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });

  constructor(private readonly config: S3Config) {
    super();
  }

  async keep(sha256: string, { path, size }: { path: string; size: number }): Promise<void> {
    if (!(await this.has(sha256))) {
      const body = createReadStream(path);
      const headers = { 'content-length': String(size), 'content-type': 'application/octet-stream' };
      // The signature covers the hash, so storage that got other bytes refuses them.
      const answer = await this.call('PUT', sha256, { headers, body, bodySha256: sha256 });
      if (answer.statusCode !== 200) throw await failure('PUT', answer);
      await answer.body.dump();
    }
    await rm(path, { force: true });
  }

  async has(sha256: string): Promise<boolean> {
    const answer = await this.call('HEAD', sha256);
    if (answer.statusCode !== 200 && answer.statusCode !== 404) throw await failure('HEAD', answer);
    await answer.body.dump();
    return answer.statusCode === 200;
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const headers = range && { range: `bytes=${range.start}-${range.end}` };
    const answer = await this.call('GET', sha256, { headers });
    // A body that is destroyed unread emits `error`, and without a listener that would end the process.
    answer.body.on('error', () => undefined);
    if (answer.statusCode === (range ? 206 : 200)) return answer.body;
    if (answer.statusCode === 404) {
      await answer.body.dump();
      throw new MediaMissingError(sha256);
    }
    throw await failure('GET', answer);
  }

  async remove(sha256: string): Promise<void> {
    const answer = await this.call('DELETE', sha256);
    if (![200, 204, 404].includes(answer.statusCode)) throw await failure('DELETE', answer);
    await answer.body.dump();
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private call(
    method: Dispatcher.HttpMethod,
    sha256: string,
    {
      headers = {},
      body,
      bodySha256 = EMPTY_SHA256,
    }: { headers?: Record<string, string> | undefined; body?: Readable; bodySha256?: string } = {},
  ): Promise<Dispatcher.ResponseData> {
    if (!isSha256(sha256)) throw new Error('Media is kept by its SHA-256 in lower-case hex, and by no other name');
    const url = new URL(`${this.config.endpoint}/${this.config.bucket}/${sha256}`);
    const signed = signS3Request({ method, url, headers, bodySha256 }, this.config, new Date());
    return request(url, { method, headers: signed, body: body ?? null, dispatcher: this.agent });
  }
}

/** S3 says what is wrong in a `<Code>`; nothing else of its answer, which may repeat our headers, goes into the log. */
async function failure(method: string, { statusCode, body }: Dispatcher.ResponseData): Promise<Error> {
  const text = await body.text().catch(() => '');
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1];
  return new Error(`The media storage answered ${method} with ${statusCode}${code ? ` ${code}` : ''}`);
}
