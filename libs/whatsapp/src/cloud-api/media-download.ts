import type { Readable } from 'node:stream';

import { Agent, type Dispatcher, request } from 'undici';

import { CloudApiNotSentError, CloudApiUnknownOutcomeError } from './cloud-api.error.ts';
import { readGraphAnswer } from './graph-answer.ts';

/** A file on its way. */
export interface DownloadedMedia {
  body: Readable;
  /** As the server says it; undefined when it does not. */
  size: number | undefined;
}

/** Meta's download host is `lookaside.fbsbx.com`; its neighbours may follow. */
const META_HOSTS = /(^|\.)(fbsbx|facebook)\.com$/;

/** For the whole download: 100 MB at less than 3 Mbit/s. */
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
/** For the answer to begin, and between two pieces of it. */
const SILENCE_MS = 30_000;
/** Of an answer that is no file. */
const LONGEST_REFUSAL = 64 * 1024;

/** Fetches files with the token, which must reach nobody but Meta. */
export class MediaDownloads {
  private readonly agent = new Agent({
    connect: { timeout: SILENCE_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });

  /** `graphOrigin`: where the Graph API is reached, which may also be a stand-in for Meta. */
  constructor(private readonly graphOrigin: string) {}

  async fetch(url: string, accessToken: string): Promise<DownloadedMedia> {
    if (!this.isTrusted(url)) throw new CloudApiNotSentError('the URL of the file leads elsewhere than to Meta');
    const answer = await this.get(url, accessToken);
    // A body that is destroyed unread emits `error`, and without a listener that would end the process.
    answer.body.on('error', () => undefined);
    if (answer.statusCode === 200) return { body: answer.body, size: lengthOf(answer.headers['content-length']) };
    // A redirect too: nobody knows where it leads.
    const text = await readUpTo(answer.body, LONGEST_REFUSAL);
    readGraphAnswer({ status: answer.statusCode, text }, [accessToken]);
    throw new CloudApiUnknownOutcomeError(`HTTP ${answer.statusCode} without a file`, answer.statusCode);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private isTrusted(text: string): boolean {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    if (url.username || url.password) return false;
    if (url.origin === this.graphOrigin) return true;
    return url.protocol === 'https:' && url.port === '' && META_HOSTS.test(url.hostname);
  }

  private async get(url: string, accessToken: string): Promise<Dispatcher.ResponseData> {
    try {
      return await request(url, {
        dispatcher: this.agent,
        signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS),
        // Without a User-Agent the download host refuses some clients.
        headers: { authorization: `Bearer ${accessToken}`, 'user-agent': 'palomar', accept: '*/*' },
      });
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      throw new CloudApiUnknownOutcomeError(code ?? name);
    }
  }
}

function lengthOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

async function readUpTo(body: Readable, largest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largest) break;
    }
  } catch {
    // What came tells enough: there is no file.
  }
  return Buffer.concat(chunks).toString('utf8');
}
