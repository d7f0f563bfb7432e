/** The process that plays Meta: told a storm and a URL, it prepares every body, says so, and sends when it is told to. */
import { Pool } from 'undici';

import { openLoop } from '../open-loop.ts';
import { deliveriesOf } from './deliveries.ts';
import { scheduleOf, type Storm } from './plan.ts';

const PATH = '/api/v1/whatsapp/webhook';
/** Meta delivers concurrently; the documentation names no number. */
const CONNECTIONS = 128;

export interface SenderResult {
  /** From when each POST was due until it was answered, in milliseconds. */
  latencies: number[];
  /** How late each POST was begun, in milliseconds: what this process itself adds. */
  lateness: number[];
  /** How often each HTTP status was answered; 0 is no answer. */
  answers: Record<number, number>;
}

const [url = '', json = ''] = process.argv.slice(2);
const storm = JSON.parse(json) as Storm;
const schedule = scheduleOf(storm);
const deliveries = deliveriesOf(storm);
const pool = new Pool(url, { connections: CONNECTIONS });
const perSecond = storm.rate / storm.batch;

process.once('message', () => void send());
process.send?.('ready');

async function send(): Promise<void> {
  const lateness: number[] = [];
  const answers: Record<number, number> = {};
  const startedAt = performance.now();
  const latencies = await openLoop(schedule.length, perSecond, async (index) => {
    lateness.push(Math.max(0, performance.now() - startedAt - (index * 1000) / perSecond));
    const status = await post(schedule[index]!);
    answers[status] = (answers[status] ?? 0) + 1;
  });
  await pool.close();
  const result: SenderResult = { latencies, lateness, answers };
  process.send?.(result, () => process.disconnect());
}

async function post(index: number): Promise<number> {
  // The last bodies may have no update left.
  const delivery = deliveries[Math.min(index, deliveries.length - 1)]!;
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': delivery.signature };
  try {
    const answer = await pool.request({ method: 'POST', path: PATH, headers, body: delivery.body });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0;
  }
}
