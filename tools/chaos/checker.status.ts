import type { Row } from './evidence.ts';
import type { Story } from './story.ts';
import { type Violation, violation } from './violation.ts';

const RANKS: Record<string, number> = { SENT: 1, DELIVERED: 2, READ: 3 };

/** A message shows how far its statuses say it came: no further, no less, with times in order and each line once. */
export function statusViolations(story: Story): Violation[] {
  return story.rows.flatMap((row) => {
    const faults = [...progressFaults(story, row), ...timeFaults(row), ...timelineFaults(story, row)];
    return faults.map((detail) => violation('status', story, detail));
  });
}

function progressFaults({ statuses, sends }: Story, row: Row): string[] {
  const reached = Math.max(0, ...statuses.map(({ status }) => RANKS[status.toUpperCase()] ?? 0));
  const last = sends.at(-1)?.wamid;
  // An older attempt's failure says nothing about the attempt that followed it.
  const failed = statuses.some(({ status, wamid }) => status === 'failed' && wamid === last);
  const told = [...new Set(statuses.map(({ status }) => status))].join(', ') || 'no status';

  if (row.status === 'FAILED' && reached > 1) return [`FAILED, but ${told} came`];
  if (row.status !== 'FAILED' && failed && reached < 2) return [`${row.status}, but ${told} came`];
  const shown = RANKS[row.status];
  if (shown === undefined) return [];
  // The answer alone makes it SENT.
  if (shown !== Math.max(1, reached)) return [`${row.status}, but ${told} came`];
  if (row.wamid !== null && !sends.some(({ wamid }) => wamid === row.wamid))
    return [`has a foreign wamid ${row.wamid}`];
  return [];
}

function timeFaults(row: Row): string[] {
  const { createdAt, sentAt, deliveredAt, readAt, failedAt, status } = row;
  const rank = RANKS[status] ?? 0;
  const faults: string[] = [];
  if (rank >= 1 && sentAt === null) faults.push(`${status} without sent_at`);
  if (rank >= 2 && deliveredAt === null) faults.push(`${status} without delivered_at`);
  if (rank >= 3 && readAt === null) faults.push(`${status} without read_at`);
  if ((status === 'FAILED') !== (failedAt !== null)) faults.push(`${status}, with failed_at ${failedAt}`);
  const times = [createdAt, sentAt, deliveredAt, readAt].filter((time) => time !== null);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] as number))) faults.push('times out of order');
  return faults;
}

/** One line for each status and time that Meta told, however often it told it. */
function timelineFaults({ statuses, sends }: Story, { events }: Row): string[] {
  const told = new Set(statuses.map(({ wamid, status, timestamp }) => `${wamid} ${status} ${timestamp}`)).size;
  const written = events.filter(({ source }) => source === 'webhook').length;
  if (written > told) return [`${written} webhook lines for ${told} statuses`];
  const sentLines = events.filter(({ source, type }) => source === 'dispatcher' && type === 'sent').length;
  return sentLines > sends.length ? [`${sentLines} sent lines for ${sends.length} sends`] : [];
}
