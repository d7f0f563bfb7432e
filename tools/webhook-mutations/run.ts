import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Random } from '../chaos/random.ts';
import { mutate, type Mutation } from './mutations.ts';

export interface MutationRun {
  /** Of the webhook route. */
  url: string;
  appSecret: string;
  /** Meta's bodies that the mutations are made from. */
  bodies: unknown[];
  count: number;
  seed: number;
}

export interface MutationReport {
  /** How often each `<what was done>: <answer>` came; `no answer` where the connection ended without one. */
  answers: Map<string, number>;
  /** Requests that a correct server never answers so: 5xx, or nothing at all. */
  faults: { number: number; name: string; answer: string }[];
}

const AT_ONCE = 8;

/** Posts so many mutated bodies, each made of chance that the seed and its number repeat. */
export async function runMutations({ url, appSecret, bodies, count, seed }: MutationRun): Promise<MutationReport> {
  const report: MutationReport = { answers: new Map(), faults: [] };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      const random = new Random(seed * 1_000_003 + number);
      const mutation = mutate(random.pick(bodies), random, appSecret);
      const answer = await answerTo(url, mutation);
      const line = `${mutation.name}: ${answer}`;
      report.answers.set(line, (report.answers.get(line) ?? 0) + 1);
      if (!/^[24]\d\d$/.test(answer)) report.faults.push({ number, name: mutation.name, answer });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return report;
}

/** Every webhook body under a folder. */
export function bodiesUnder(folder: string): unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown)
    .filter((body) => (body as { object?: unknown } | null)?.object === 'whatsapp_business_account');
}

/** The status, or `no answer` with the reason. */
export async function answerTo(url: string, { body, headers }: Mutation): Promise<string> {
  try {
    const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : ReadableStream.from(body);
    const init = { method: 'POST', headers, body: sent, duplex: 'half', signal: AbortSignal.timeout(30_000) };
    const answer = await fetch(url, init as RequestInit);
    await answer.arrayBuffer();
    return String(answer.status);
  } catch (cause) {
    return `no answer (${(cause as { cause?: { code?: string } }).cause?.code ?? String(cause)})`;
  }
}
