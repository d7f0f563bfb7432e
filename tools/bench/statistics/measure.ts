import { TENANT } from './messages.ts';

const DAY_MS = 24 * 3_600_000;
const CALLS = 40;

export interface Question {
  name: string;
  path: string;
  /** What the 95th percentile must keep. */
  goalMs: number | undefined;
}

export interface Answered extends Question {
  p50: number;
  p95: number;
}

const ROUTE = '/api/v1/whatsapp/statistics';

/** The last `days` days until now, whose ends lie within a quarter of an hour, of a tenant and of all. */
export function questionsOf(days: number): Question[] {
  const now = Date.now();
  const span = `from=${new Date(now - days * DAY_MS + 1_234).toISOString()}&to=${new Date(now - 61_234).toISOString()}`;
  const kinds = [
    { name: 'totals', path: `${ROUTE}?${span}`, goalMs: 50 },
    { name: 'totals of a template', path: `${ROUTE}?${span}&template_name=reminder`, goalMs: 50 },
    { name: 'days, Madrid', path: `${ROUTE}/series?${span}&time_zone=Europe/Madrid`, goalMs: 150 },
    { name: 'days, Kolkata', path: `${ROUTE}/series?${span}&time_zone=Asia/Kolkata`, goalMs: 150 },
    { name: 'hours, Madrid', path: `${ROUTE}/series?${span}&interval=hour&time_zone=Europe/Madrid`, goalMs: 150 },
    { name: 'templates', path: `${ROUTE}/templates?${span}`, goalMs: undefined },
    { name: 'failures', path: `${ROUTE}/failures?${span}`, goalMs: undefined },
    { name: 'usage', path: `${ROUTE}/usage`, goalMs: undefined },
  ];
  return kinds.flatMap(({ name, path, goalMs }) => [
    { name: `${name}; one tenant`, path: `${path}${path.includes('?') ? '&' : '?'}tenant_id=${TENANT}`, goalMs },
    { name: `${name}; all tenants`, path, goalMs },
  ]);
}

/** One after the other, after a few that nobody measures. */
export async function ask(url: string, apiKey: string, question: Question): Promise<Answered> {
  const times: number[] = [];
  for (let call = -3; call < CALLS; call += 1) {
    const started = performance.now();
    const answer = await fetch(url + question.path, { headers: { authorization: `Bearer ${apiKey}` } });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${question.path} was answered ${answer.status}: ${body}`);
    if (call >= 0) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1]!;
  return { ...question, p50: at(0.5), p95: at(0.95) };
}

export function toLine({ name, p50, p95, goalMs }: Answered): string {
  const goal = goalMs === undefined ? '' : p95 <= goalMs ? `within ${goalMs}` : `MISSES ${goalMs}`;
  return [name.padEnd(36), ...[p50, p95].map((ms) => ms.toFixed(1).padStart(9)), `  ${goal}`].join('');
}
