import type { Allowances, Evidence, Row } from './evidence.ts';
import type { Story } from './story.ts';
import { type Violation, violation } from './violation.ts';

/** What happened to a message that nobody asked for and nothing explains. */
export function unexpected(story: Story, allowed: Allowances): Violation[] {
  const { asked, rows, sends } = story;
  const faults = [
    ...(asked ? [] : ['nobody asked for it']),
    ...(rows.length === 0 && sends.length > 0 ? ['sent, but there is no row of it'] : []),
    ...wireFaults(story),
    ...rows.flatMap((row) => rowFaults(story, row, allowed)),
  ];
  return faults.map((fault) => violation('unexpected', story, fault));
}

/** Every request was committed as an attempt before it left, and says of which message it is. */
function wireFaults({ rows, requests }: Story): string[] {
  const committed = rows.reduce((sum, { attempts }) => sum + attempts, 0);
  const opaque = requests.map((request) => request.opaque);
  const faults: string[] = [];
  if (requests.length > committed) {
    faults.push(`${requests.length} requests, but only ${committed} attempts were committed`);
  }
  if (new Set(opaque).size < opaque.length) faults.push('two requests have one opaque id');
  if (rows.length === 1 && opaque.some((one) => !one?.startsWith((rows[0] as Row).id))) {
    faults.push('a request does not carry the id of its message');
  }
  return faults;
}

function rowFaults(story: Story, { status, errorCode, events }: Row, allowed: Allowances): string[] {
  const faults: string[] = [];
  if (status === 'CANCELLED') faults.push('cancelled by nobody');
  if (status === 'FAILED' && !hasReasonToFail(story, errorCode, allowed)) {
    faults.push(`FAILED with ${errorCode}, which was not a reason to fail`);
  }
  if (!allowed.unconfirmed && events.some(({ type }) => type === 'unconfirmed')) {
    faults.push('unconfirmed, although nothing happened to its send');
  }
  return faults;
}

function hasReasonToFail({ statuses, requests }: Story, errorCode: string | null, { finalCodes }: Allowances): boolean {
  if (statuses.some(({ status }) => status === 'failed')) return true;
  const code = Number(errorCode);
  return finalCodes.includes(code) && requests.some((request) => request.code === code);
}

/** A caller that goes on asking is answered in the end; and what is asked here is never a faulty request. */
export function unansweredRequests({ client }: Evidence): Violation[] {
  const open = new Set(client.flatMap((line) => (line.kind === 'request' && line.keyed ? [line.key] : [])));
  const faults: string[] = [];
  for (const line of client) {
    if (line.kind !== 'answer') continue;
    if (line.status < 300) open.delete(line.key);
    else if (line.status < 500 && ![409, 429].includes(line.status)) {
      faults.push(`request ${line.key} was refused with ${line.status}`);
    }
  }
  for (const key of open) faults.push(`request ${key} was never answered 2xx`);
  return faults.map((fault) => violation('unexpected', undefined, fault));
}

const WINDOW_MS = 2_000;
/** Permits are given out in batches, and the way to Meta takes a different time for each. */
const TOLERANCE = 1.3;

/** The pace of the number is kept by all processes together, and what Meta stopped is not asked for again and again. */
export function limitViolations({ sends, requests, allowed: { pace, mostRefusals } }: Evidence): Violation[] {
  const times = sends.map(({ acceptedAt }) => acceptedAt);
  const most = Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length));
  const refusals = requests.filter(({ code }) => code !== null).length;
  const faults: string[] = [];
  if (pace !== null && most > (pace * WINDOW_MS * TOLERANCE) / 1_000) {
    faults.push(`${most} sends within ${WINDOW_MS} ms, where ${pace} per second are allowed`);
  }
  if (mostRefusals !== null && refusals > mostRefusals) {
    faults.push(`${refusals} requests were refused, where the first few should hold the rest`);
  }
  return faults.map((fault) => violation('unexpected', undefined, fault));
}
