import { setTimeout as pause } from 'node:timers/promises';

import type { Observer } from '../observer.ts';
import type { SideName } from '../sides.ts';
import { DELIVERED_AT, messagesOf, READ_AT, type Storm, tenantOf } from './plan.ts';

const BETWEEN_LOOKS_MS = 20;
const PATIENCE_MS = 120_000;

const IS_DONE: Record<SideName, string> = {
  palomar: 'SELECT NOT EXISTS (SELECT FROM webhook_queue) AS done',
  reference: `
    SELECT coalesce((SELECT max(id) FROM webhook_deliveries), 0) <= applied_up_to AS done FROM webhook_progress`,
};

/** Waits until every stored delivery is applied. @returns milliseconds; undefined when that did not come to be */
export async function untilApplied(observer: Observer, side: SideName): Promise<number | undefined> {
  const from = performance.now();
  while (performance.now() - from < PATIENCE_MS) {
    const [row] = await observer.query<{ done: boolean }>(IS_DONE[side]);
    if (row?.done) return performance.now() - from;
    await pause(BETWEEN_LOOKS_MS);
  }
  return undefined;
}

interface Counts {
  messages: number;
  exact: number;
}

interface Lines {
  line: string;
  lines: number;
}

/** Compares the messages of a storm and their timelines with what was told of them; no line means: nothing lost. */
export async function whatIsWrong(observer: Observer, storm: Storm): Promise<string[]> {
  const [counts] = await observer.query<Counts & { [column: string]: unknown }>(
    `SELECT count(*)::int AS messages,
            (count(*) FILTER (WHERE status::text = 'READ' AND delivered_at = to_timestamp($2) AND read_at = to_timestamp($3)))::int AS exact
     FROM whatsapp_messages WHERE tenant_id = $1`,
    [tenantOf(storm), DELIVERED_AT, READ_AT],
  );
  const lines = await observer.query<Lines & { [column: string]: unknown }>(
    `SELECT lower(e.type::text) || ' at ' || extract(epoch FROM e.occurred_at)::bigint AS line, count(*)::int AS lines
     FROM whatsapp_messages m JOIN message_events e ON e.message_id = m.id
     WHERE m.tenant_id = $1 GROUP BY 1 ORDER BY 1`,
    [tenantOf(storm)],
  );
  const expected = messagesOf(storm);
  const found = new Map(lines.map(({ line, lines: count }) => [line, count]));
  const due = [`delivered at ${DELIVERED_AT}`, `read at ${READ_AT}`];
  const isExact = due.every((line) => found.get(line) === expected) && found.size === due.length;
  return [
    ...(counts?.messages === expected && counts.exact === expected
      ? []
      : [`${counts?.exact} of ${expected} messages are READ as they were told`]),
    ...(isExact
      ? []
      : [
          `${expected} lines each of "${due.join('", "')}" were told, the timelines hold ${JSON.stringify([...found])}`,
        ]),
  ];
}
