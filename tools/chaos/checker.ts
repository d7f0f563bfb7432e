import { orderViolations } from './checker.order.ts';
import { statusViolations } from './checker.status.ts';
import { limitViolations, unansweredRequests, unexpected } from './checker.unexpected.ts';
import type { Allowances, Evidence, Row, Send, TimelineLine } from './evidence.ts';
import { type Story, tell } from './story.ts';
import { type Violation, violation } from './violation.ts';

/**
 * Compares what was promised with what is stored and with what Meta got. Pure: it sees ledgers and rows, and no code of
 * the application.
 * @returns nothing when every accepted message was sent exactly once and shows how far it came
 */
export function check(evidence: Evidence): Violation[] {
  const { stories, strangers } = tell(evidence);
  const told = [...stories.values()];
  return [
    ...strangers.map((what) => violation('unexpected', undefined, `nobody asked for it: ${what}`)),
    ...told.flatMap((story) => [
      ...lost(story),
      ...doubled(story, evidence.allowed),
      ...stuck(story),
      ...unexpected(story, evidence.allowed),
      ...statusViolations(story),
    ]),
    ...unansweredRequests(evidence),
    ...orderViolations(told, evidence.sends),
    ...limitViolations(evidence),
  ];
}

function lost(story: Story): Violation[] {
  const { promised, ids, rows, sends } = story;
  const found = new Set(rows.map(({ id }) => id));
  const missing = [...ids].filter((id) => !found.has(id));
  const unsent = rows.filter(({ status }) => SENT_STATUSES.includes(status) && sends.length === 0);
  return [
    ...(promised && rows.length === 0 ? [violation('lost', story, 'accepted, but there is no row of it')] : []),
    ...(rows.length > 0
      ? missing.map((id) => violation('lost', story, `answered with id ${id}, which has no row`))
      : []),
    ...unsent.map(({ status }) => violation('lost', story, `shown as ${status}, but Meta never took it`)),
  ];
}

const SENT_STATUSES = ['SENT', 'DELIVERED', 'READ'];

function doubled(story: Story, { resendMayDouble }: Allowances): Violation[] {
  const { rows, sends, risksAcceptedAt } = story;
  const found: Violation[] = [];
  if (rows.length > 1) found.push(violation('doubled', story, `${rows.length} rows for one request`));
  const resentAt = rows
    .flatMap(({ events }) => events)
    .flatMap((event) => (isResendOfOurs(event) ? [event.occurredAt] : []));
  const excuses = [...risksAcceptedAt, ...(resendMayDouble ? resentAt : [])];
  const isExcused = ({ acceptedAt }: Send, index: number): boolean =>
    index === 0 || excuses.some((at) => at >= (sends[index - 1] as Send).acceptedAt && at <= acceptedAt);
  if (!sends.every(isExcused)) found.push(violation('doubled', story, `Meta took it ${sends.length} times`));
  return found;
}

/** By the policy for unconfirmed sends; what an admin decides is in the admin's own ledger. */
function isResendOfOurs({ type, source }: TimelineLine): boolean {
  return type === 'resent' && source === 'dispatcher';
}

function stuck(story: Story): Violation[] {
  return story.rows.filter(({ status }) => status === 'PENDING').map((row) => stuckRow(story, row));
}

function stuckRow(story: Story, { id, pendingReason }: Row): Violation {
  if (pendingReason !== 'unconfirmed') return violation('stuck', story, `still PENDING (${pendingReason})`);
  if (story.statuses.length > 0) return violation('stuck', story, 'still unconfirmed, although its status was taken');
  const send = story.sends.at(-1);
  return send
    ? violation('stuck', story, 'unconfirmed: Meta has it and told nobody', { kind: 'report', wamid: send.wamid })
    : violation('stuck', story, 'unconfirmed: Meta never took it', { kind: 'retry', messageId: id });
}
