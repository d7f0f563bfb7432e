import type { Patch } from './patch.ts';
import type { ViolationKind } from './violation.ts';

/** A mistake that would lose, double or misreport messages. */
export interface PlantedBug {
  name: string;
  /** What it breaks. */
  breaks: string;
  patches: readonly Patch[];
  /** Scenarios that must catch it, tried in turn. */
  caughtBy: readonly string[];
  /** What the checker must call it. */
  caughtAs: ViolationKind;
}

const MESSAGES = 'libs/messages/src';
const SENDING = 'libs/whatsapp/src/sending';
const CLOUD_API = 'libs/whatsapp/src/cloud-api';

/** Each is a way to get it wrong that looks harmless in the code. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'blind-resend',
    breaks: 'a send whose answer was lost counts as not sent, and is repeated',
    patches: [
      {
        file: `${CLOUD_API}/http-transport.ts`,
        find: 'new HttpTransportError(reason, this.controller !== undefined)',
        replace: 'new HttpTransportError(reason, false)',
      },
    ],
    caughtBy: ['statuses-dropped'],
    caughtAs: 'doubled',
  },
  {
    name: 'claim-is-no-fence',
    breaks: 'a claimed message stands in the queue again after a while, until its result is recorded',
    patches: [
      {
        file: `${MESSAGES}/outbox.claim.sql.ts`,
        find: `attempted_at = clock_timestamp(), pending_reason = 'sending', next_attempt_at = NULL,`,
        replace: `attempted_at = clock_timestamp(), pending_reason = 'sending',
      next_attempt_at = clock_timestamp() + interval '2 seconds',`,
      },
    ],
    caughtBy: ['kill-unseen'],
    caughtAs: 'doubled',
  },
  {
    name: 'sweep-requeues',
    breaks: 'what a dead process was sending is queued again as if nothing had left',
    patches: [
      {
        file: `${MESSAGES}/outbox.care.repository.ts`,
        find: `updated_at = now(), pending_reason = 'unconfirmed',`,
        replace: `updated_at = now(), pending_reason = 'queued', next_attempt_at = now(),`,
      },
    ],
    caughtBy: ['kill-unseen'],
    caughtAs: 'doubled',
  },
  {
    name: 'late-worker-overwrites',
    breaks: 'the result of an old attempt changes a message that has a newer one',
    patches: [
      {
        file: `${MESSAGES}/outbox.repository.ts`,
        find: 'JOIN result r ON m.id = r.message_id AND m.attempts = r.attempt\n',
        replace: 'JOIN result r ON m.id = r.message_id\n',
      },
      {
        file: `${MESSAGES}/outbox.repository.ts`,
        find: 'WHERE m.id = c.id AND m.attempts = r.attempt AND',
        replace: 'WHERE m.id = c.id AND',
      },
    ],
    caughtBy: ['overtaken'],
    caughtAs: 'doubled',
  },
  {
    name: 'late-worker-sends',
    breaks: 'a process that stood still sends what it had claimed, however long ago',
    patches: [
      {
        file: `${CLOUD_API}/http-transport.ts`,
        find: `if (performance.now() >= this.limits.startBefore) this.fail('TOO_LATE');`,
        replace: '',
      },
    ],
    caughtBy: ['overtaken'],
    caughtAs: 'doubled',
  },
  {
    name: 'ack-before-commit',
    breaks: 'a purchase-order event is acked before its message is stored',
    patches: [
      {
        file: 'libs/po-events/src/transport/settlement.ts',
        find: `    if (!this.handled) await this.tryToHandle();
    if (this.refusal) await this.bury(this.refusal);
    this.session.ack(this.message);`,
        replace: `    this.session.ack(this.message);
    if (!this.handled) await this.tryToHandle();
    if (this.refusal) await this.bury(this.refusal);`,
      },
    ],
    caughtBy: ['kill-at-before-commit', 'kill-at-commit-in-flight'],
    caughtAs: 'lost',
  },
  {
    name: 'answer-before-commit',
    breaks: '202 is given before the message is stored',
    patches: [
      {
        file: `${MESSAGES}/whatsapp-message.repository.ts`,
        find: 'return this.intake.add(message);',
        replace: `this.intake.add(message).catch(() => undefined);
    return toStored(message, new Date());`,
      },
    ],
    caughtBy: ['postgres-crash'],
    caughtAs: 'lost',
  },
  {
    name: 'webhook-answer-before-commit',
    breaks: 'Meta is answered 200 before its webhook is stored',
    patches: [
      {
        file: 'libs/webhooks/src/webhook.intake.ts',
        find: 'await this.deliveries.store({ body: rawBody, appId, envelope });',
        replace: 'this.deliveries.store({ body: rawBody, appId, envelope }).catch(() => this.listener.noteRefusal());',
      },
    ],
    caughtBy: ['postgres-crash'],
    caughtAs: 'status',
  },
  {
    name: 'forgotten-idempotency',
    breaks: 'a message and the memory of its Idempotency-Key are not durable together',
    patches: [
      {
        file: 'apps/api/src/messages/messages.service.ts',
        find: 'remember && ((tx, message)',
        replace: 'undefined && ((tx, message)',
      },
    ],
    caughtBy: ['kill-at-after-commit'],
    caughtAs: 'doubled',
  },
  {
    name: 'forgotten-inbox',
    breaks: 'a purchase-order event that comes again is taken for a new one',
    patches: [
      {
        file: 'libs/po-events/src/po-event.handler.ts',
        find: `alongside: (tx, stored) => this.events.take(head, { outcome: 'notified', messageId: stored.id }, tx),`,
        replace: 'alongside: () => Promise.resolve(),',
      },
    ],
    caughtBy: ['kill-at-po-stored'],
    caughtAs: 'doubled',
  },
  {
    name: 'status-by-last-write',
    breaks: 'a message shows the status that came last, not how far it came',
    patches: [
      {
        file: `${MESSAGES}/delivery-progress.ts`,
        find: 'const status = canMove(message.status, report.status) ? report.status : message.status;',
        replace: 'const status = canMove(message.status, report.status) ? report.status : report.status;',
      },
    ],
    caughtBy: ['statuses-shuffled'],
    caughtAs: 'status',
  },
  {
    name: 'repeated-lines',
    breaks: 'a status that is told twice is two lines of the timeline',
    patches: [
      {
        file: `${MESSAGES}/delivery-status.repository.ts`,
        find: `'webhook'), "occurredAt", details`,
        replace: `'webhook'), clock_timestamp(), details`,
      },
    ],
    caughtBy: ['statuses-duplicated'],
    caughtAs: 'status',
  },
  {
    name: 'echo-ignored',
    breaks: 'the reference that Meta echoes is not looked at, so a lost answer is never settled',
    patches: [
      {
        file: `${MESSAGES}/delivery-status.service.ts`,
        find: 'const refs = events.map(({ opaque }) => readAttemptRef(opaque));',
        replace: 'const refs = events.map(() => readAttemptRef(null));',
      },
    ],
    caughtBy: ['accept-then-timeout'],
    caughtAs: 'stuck',
  },
  {
    name: 'blind-witness',
    breaks: 'a status that did not come proves something even where nobody listened',
    patches: [
      {
        file: `${MESSAGES}/outbox.care.repository.ts`,
        find: 'SELECT max(CASE WHEN seen_at < now() - ${GONE_AFTER} THEN seen_at + ${GONE_AFTER} ELSE listening_since END)',
        replace: "SELECT max('-infinity'::timestamptz)",
      },
    ],
    caughtBy: ['postgres-away'],
    caughtAs: 'doubled',
  },
  {
    name: 'stop-fails',
    breaks: 'messages fail for a dead token instead of waiting for a new one',
    patches: [{ file: `${CLOUD_API}/error-advice.ts`, find: '  STOP: Infinity,', replace: '  STOP: 0,' }],
    caughtBy: ['stop-190'],
    caughtAs: 'unexpected',
  },
  {
    name: 'stop-holds-nothing',
    breaks: 'what Meta stopped is asked for again and again',
    patches: [
      {
        file: `${SENDING}/send-holds.service.ts`,
        find: 'const scope = heldScope(advice, sender, message);',
        replace: 'const scope = heldScope(advice, sender, message) && undefined;',
      },
    ],
    caughtBy: ['stop-190', 'stop-131031'],
    caughtAs: 'unexpected',
  },
  {
    name: 'pace-per-process',
    breaks: 'each replica keeps the pace of the number for itself',
    patches: [
      {
        file: `${MESSAGES}/sender-pace.repository.ts`,
        find: 'LOCK, [\n      phoneNumberId,',
        replace: 'LOCK, [\n      `${phoneNumberId} ${process.pid}`,',
      },
      {
        file: `${MESSAGES}/sender-pace.repository.ts`,
        find: "ON CONFLICT DO NOTHING', [phoneNumberId]);",
        replace: "ON CONFLICT DO NOTHING', [`${phoneNumberId} ${process.pid}`]);",
      },
      {
        file: `${MESSAGES}/outbox.claim.sql.ts`,
        find: 'counted_at = $9::timestamptz\n  WHERE phone_number_id = $1',
        replace: "counted_at = $9::timestamptz\n  WHERE phone_number_id = $1::varchar || ' ${process.pid}'",
      },
    ],
    caughtBy: ['pace'],
    caughtAs: 'unexpected',
  },
  {
    name: 'order-by-chance',
    breaks: 'a later message to a person overtakes one that waits for its next attempt',
    patches: [
      {
        file: `${MESSAGES}/outbox.claim.sql.ts`,
        find: '${BLOCKED} AS blocked FROM looked_at m',
        replace: 'false AS blocked FROM looked_at m',
      },
    ],
    caughtBy: ['refuse-131016'],
    caughtAs: 'order',
  },
  {
    name: 'hasty-stop',
    breaks: 'a process that is told to stop does not wait for what is on the wire',
    patches: [
      {
        file: 'apps/api/src/start.ts',
        find: `    await app.close();
    await stopServices();`,
        replace: '    await stopServices();',
      },
    ],
    caughtBy: ['terminate'],
    caughtAs: 'unexpected',
  },
];

/** @throws with the names there are */
export function plantedBugNamed(name: string): PlantedBug {
  const found = PLANTED_BUGS.find((bug) => bug.name === name);
  if (!found) {
    throw new Error(`There is no planted bug ${name}. There are: ${PLANTED_BUGS.map((bug) => bug.name).join(', ')}`);
  }
  return found;
}
