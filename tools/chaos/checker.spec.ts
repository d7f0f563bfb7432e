import { describe, expect, it } from '@jest/globals';

import { check } from './checker.ts';
import { type Evidence, NOTHING_SPECIAL, type Row, type Send, type TakenStatus, type WireRequest } from './evidence.ts';
import type { ClientLine, PublisherLine } from './ledgers.ts';

const ID = '0192f0c1-0000-7000-8000-000000000001';
const REFERENCE = 'chaos-1-1';
const TO = '+34610000003';
const WAMID = 'wamid.1';

const asked: ClientLine = {
  at: 1_000,
  kind: 'request',
  references: [REFERENCE],
  to: [TO],
  route: '/api/v1/whatsapp/messages',
  key: REFERENCE,
  keyed: true,
};
const answered: ClientLine = { at: 1_010, kind: 'answer', key: REFERENCE, status: 202, ids: [ID] };

function aRow(changes: Partial<Row> = {}): Row {
  return {
    id: ID,
    reference: REFERENCE,
    to: TO,
    status: 'READ',
    pendingReason: null,
    priority: 1,
    attempts: 1,
    errorCode: null,
    wamid: WAMID,
    createdAt: 1_005,
    sentAt: 1_020,
    deliveredAt: 2_000,
    readAt: 3_000,
    failedAt: null,
    events: [{ type: 'sent', source: 'dispatcher', occurredAt: 1_020 }, ...['sent', 'delivered', 'read'].map(aLine)],
    ...changes,
  };
}

function aLine(type: string) {
  return { type, source: 'webhook', occurredAt: 1_000 };
}

function aSend(changes: Partial<Send> = {}): Send {
  return { reference: REFERENCE, wamid: WAMID, opaque: `${ID}/1`, to: TO, acceptedAt: 1_015, ...changes };
}

function aRequest(changes: Partial<WireRequest> = {}): WireRequest {
  return { reference: REFERENCE, opaque: `${ID}/1`, code: null, fault: null, ...changes };
}

function taken(...statuses: TakenStatus['status'][]): TakenStatus[] {
  return statuses.map((status) => ({ wamid: WAMID, status, timestamp: '1' }));
}

/** One message that went as it should, but for `changes`. */
function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    client: [asked, answered],
    publisher: [],
    admin: [],
    sends: [aSend()],
    requests: [aRequest()],
    statuses: taken('sent', 'delivered', 'read'),
    rows: [aRow()],
    allowed: NOTHING_SPECIAL,
    ...changes,
  };
}

/** A message that is still PENDING for this reason. */
function pending(pendingReason: string, changes: Partial<Row> = {}): Row {
  const nothingYet = { wamid: null, sentAt: null, deliveredAt: null, readAt: null, events: [] };
  return aRow({ status: 'PENDING', pendingReason, ...nothingYet, ...changes });
}

const kinds = (given: Evidence): string[] => check(given).map(({ kind }) => kind);

describe(check.name, () => {
  it('finds nothing where every message was sent once and shows how far it came', () => {
    expect(check(evidence())).toEqual([]);
  });

  it('finds nothing in a repeated request and a repeated status', () => {
    const statuses = taken('read', 'sent', 'delivered', 'delivered', 'read');

    expect(check(evidence({ client: [asked, asked, answered, answered], statuses }))).toEqual([]);
  });

  describe('lost:', () => {
    it('a message that was answered with 202 and has no row', () => {
      const [found] = check(evidence({ rows: [], sends: [], requests: [], statuses: [] }));

      expect(found).toMatchObject({ kind: 'lost', reference: REFERENCE, messageId: ID });
    });

    it('an event that the broker confirmed and that has no row', () => {
      const published: PublisherLine = { at: 1, kind: 'publish', reference: REFERENCE, to: TO, eventId: ID };
      const publisher: PublisherLine[] = [published, { at: 2, kind: 'confirmed', reference: REFERENCE }];
      const nothing = { client: [], rows: [], sends: [], requests: [], statuses: [] };

      expect(kinds(evidence({ ...nothing, publisher }))).toEqual(['lost']);
      expect(kinds(evidence({ ...nothing, publisher: [published] }))).toEqual([]);
    });

    it('a message that is shown as sent, which Meta never took', () => {
      const row = aRow({ status: 'SENT', wamid: null, deliveredAt: null, readAt: null, events: [] });

      expect(kinds(evidence({ rows: [row], sends: [], statuses: [] }))).toEqual(['lost']);
    });

    it('an answer whose id is not that of the row', () => {
      const other: ClientLine = { ...answered, ids: ['0192f0c1-0000-7000-8000-000000000002'] };

      expect(kinds(evidence({ client: [asked, other] }))).toEqual(['lost']);
    });
  });

  describe('doubled:', () => {
    const second = aSend({ wamid: 'wamid.2', opaque: `${ID}/2`, acceptedAt: 2_015 });
    const requests = [aRequest(), aRequest({ opaque: `${ID}/2` })];
    const twice = { sends: [aSend(), second], requests, rows: [aRow({ attempts: 2 })] };
    const acceptedRisk = (at: number) => ({
      admin: [{ at, kind: 'accept-risk', messageId: ID, reference: REFERENCE, status: 202 } as const],
    });
    const resent = (occurredAt: number) => ({
      rows: [aRow({ attempts: 2, events: [...aRow().events, { type: 'resent', source: 'dispatcher', occurredAt }] })],
      allowed: { ...NOTHING_SPECIAL, resendMayDouble: true },
    });

    it('a message that Meta took twice', () => {
      expect(kinds(evidence(twice))).toEqual(['doubled']);
    });

    it('not one that an admin had sent again at that risk, in between', () => {
      expect(kinds(evidence({ ...twice, ...acceptedRisk(2_000) }))).toEqual([]);
      expect(kinds(evidence({ ...twice, ...acceptedRisk(1_000) }))).toEqual(['doubled']);
    });

    it('not one that the policy had sent again where its statuses were hidden from it, in between', () => {
      expect(kinds(evidence({ ...twice, ...resent(2_000) }))).toEqual([]);
      expect(kinds(evidence({ ...twice, ...resent(1_000) }))).toEqual(['doubled']);
      expect(kinds(evidence({ ...twice, ...resent(2_000), allowed: NOTHING_SPECIAL }))).toEqual(['doubled']);
    });

    it('one request that has two rows', () => {
      const rows = [aRow(), pending('queued', { id: '0192f0c1-0000-7000-8000-000000000002' })];

      expect(kinds(evidence({ rows }))).toContain('doubled');
    });
  });

  describe('stuck:', () => {
    it.each(['queued', 'sending', 'retrying', 'throttled', 'held'])('a message that is still %s', (reason) => {
      const given = evidence({ rows: [pending(reason)], sends: [], statuses: [] });

      expect(check(given)).toMatchObject([{ kind: 'stuck', messageId: ID }]);
      expect(check(given)[0]).not.toHaveProperty('remedy');
    });

    it('an unconfirmed one whose status was taken', () => {
      const [found, ...others] = check(evidence({ rows: [pending('unconfirmed')], statuses: taken('sent') }));

      expect(found).toMatchObject({ kind: 'stuck', detail: expect.stringContaining('although its status was taken') });
      expect([found, ...others].some((one) => one?.remedy)).toBe(false);
    });

    it('an unconfirmed one that Meta has in silence, for Meta to report', () => {
      const [found] = check(evidence({ rows: [pending('unconfirmed')], statuses: [] }));

      expect(found).toMatchObject({ kind: 'stuck', remedy: { kind: 'report', wamid: WAMID } });
    });

    it('an unconfirmed one that Meta never took, for the admin to send again', () => {
      const [found] = check(evidence({ rows: [pending('unconfirmed')], sends: [], statuses: [] }));

      expect(found).toMatchObject({ kind: 'stuck', remedy: { kind: 'retry', messageId: ID } });
    });
  });

  describe('unexpected:', () => {
    it('a row, and a send, that nobody asked for', () => {
      expect(kinds(evidence({ client: [] }))).toEqual(['unexpected']);
    });

    it('what carries no reference at all', () => {
      const sends = [aSend(), aSend({ reference: null, wamid: 'wamid.9' })];

      expect(check(evidence({ sends }))).toMatchObject([
        { kind: 'unexpected', detail: expect.stringContaining('wamid.9') },
      ]);
    });

    it('more requests than attempts were committed', () => {
      const requests = [aRequest(), aRequest({ opaque: `${ID}/2`, code: 131016 })];

      expect(kinds(evidence({ requests }))).toEqual(['unexpected']);
    });

    it('two requests with one opaque id, and one that does not carry the id of its message', () => {
      const rows = [aRow({ attempts: 2 })];

      expect(kinds(evidence({ rows, requests: [aRequest(), aRequest()] }))).toEqual(['unexpected']);
      expect(kinds(evidence({ requests: [aRequest({ opaque: null })] }))).toEqual(['unexpected']);
    });

    it('a failure without a reason to fail', () => {
      const row = aRow({
        status: 'FAILED',
        errorCode: '190',
        sentAt: null,
        deliveredAt: null,
        readAt: null,
        events: [],
      });
      const failed = { ...row, wamid: null, failedAt: 1_100 };
      const refused = { rows: [failed], sends: [], statuses: [], requests: [aRequest({ code: 190 })] };

      expect(kinds(evidence(refused))).toEqual(['unexpected']);
      expect(kinds(evidence({ ...refused, allowed: { ...NOTHING_SPECIAL, finalCodes: [190] } }))).toEqual([]);
    });

    it('a request that was refused, or never answered', () => {
      const refused: ClientLine = { ...answered, status: 422, ids: [] };

      expect(kinds(evidence({ client: [asked, refused, answered] }))).toEqual(['unexpected']);
      expect(kinds(evidence({ client: [asked] }))).toEqual(['unexpected']);
    });

    it('not a request without Idempotency-Key that was not answered: nobody repeats it', () => {
      const once: ClientLine = { ...asked, keyed: false };

      expect(kinds(evidence({ client: [once] }))).toEqual([]);
      expect(kinds(evidence({ client: [once], rows: [], sends: [], requests: [], statuses: [] }))).toEqual([]);
    });

    it('a send that nothing happened to and that became unconfirmed', () => {
      const unconfirmed = { type: 'unconfirmed', source: 'dispatcher', occurredAt: 1_100 };
      const rows = [aRow({ events: [...aRow().events, unconfirmed] })];

      expect(kinds(evidence({ rows, allowed: { ...NOTHING_SPECIAL, unconfirmed: false } }))).toEqual(['unexpected']);
      expect(kinds(evidence({ rows }))).toEqual([]);
    });

    it('more sends than the number may have', () => {
      const many = Array.from({ length: 40 }, (_, index) => `chaos-1-${index + 1}`);
      const sends = many.map((reference, index) =>
        aSend({ reference, wamid: `wamid.${index}`, acceptedAt: index * 10 }),
      );
      const fast = evidence({ sends, allowed: { ...NOTHING_SPECIAL, pace: 10 } });

      expect(check(fast)).toContainEqual(
        expect.objectContaining({ detail: expect.stringContaining('40 sends within') }),
      );
      expect(check({ ...fast, allowed: NOTHING_SPECIAL })).not.toContainEqual(
        expect.objectContaining({ detail: expect.stringContaining('sends within') }),
      );
    });
  });

  it('finds what goes on although Meta stopped it', () => {
    const requests = Array.from({ length: 3 }, (_, index) => aRequest({ opaque: `${ID}/${index + 1}`, code: 190 }));
    const stopped = evidence({ requests, rows: [aRow({ attempts: 3 })] });

    expect(kinds({ ...stopped, allowed: { ...NOTHING_SPECIAL, mostRefusals: 2 } })).toEqual(['unexpected']);
    expect(kinds({ ...stopped, allowed: { ...NOTHING_SPECIAL, mostRefusals: 3 } })).toEqual([]);
  });

  describe('status:', () => {
    it('a message that shows less, or more, than was reported', () => {
      expect(kinds(evidence({ rows: [aRow({ status: 'DELIVERED' })] }))).toEqual(['status']);
      expect(kinds(evidence({ statuses: taken('sent', 'delivered') }))).toContain('status');
    });

    it('a failure although it was delivered', () => {
      const row = aRow({ status: 'FAILED', failedAt: 4_000 });

      expect(kinds(evidence({ rows: [row], statuses: taken('delivered', 'failed') }))).toContain('status');
    });

    it('a reported failure that is not shown', () => {
      const row = aRow({ status: 'SENT', deliveredAt: null, readAt: null, events: [aLine('failed')] });

      expect(kinds(evidence({ rows: [row], statuses: taken('failed') }))).toEqual(['status']);
    });

    it('times that are missing or out of order', () => {
      expect(kinds(evidence({ rows: [aRow({ deliveredAt: null })] }))).toEqual(['status']);
      expect(kinds(evidence({ rows: [aRow({ readAt: 1_999 })] }))).toEqual(['status']);
    });

    it('more lines on the timeline than statuses were reported', () => {
      const rows = [aRow({ events: [...aRow().events, { ...aLine('read'), occurredAt: 1_001 }] })];

      expect(kinds(evidence({ rows }))).toEqual(['status']);
    });

    it('a wamid of somebody else', () => {
      expect(kinds(evidence({ rows: [aRow({ wamid: 'wamid.2' })] }))).toEqual(['status']);
    });
  });

  describe('order:', () => {
    const later = 'chaos-1-2';
    const laterId = '0192f0c1-0000-7000-8000-000000000002';
    const both: ClientLine = { ...asked, references: [REFERENCE, later], to: [TO, TO] };
    const two = (changes: Partial<Row> = {}): Partial<Evidence> => ({
      client: [both, { ...answered, ids: [ID, laterId] }],
      rows: [aRow(changes), aRow({ id: laterId, reference: later, wamid: 'wamid.2' })],
      requests: [aRequest(), aRequest({ reference: later, opaque: `${laterId}/1` })],
      statuses: [...taken('sent', 'delivered', 'read'), ...taken('read').map((one) => ({ ...one, wamid: 'wamid.2' }))],
    });
    const first = aSend();
    const second = aSend({ reference: later, wamid: 'wamid.2', opaque: `${laterId}/1` });

    it('a message that was overtaken by a later one to the same person', () => {
      const found = check(evidence({ ...two(), sends: [second, first] })).filter(({ kind }) => kind === 'order');

      expect(found).toMatchObject([{ reference: REFERENCE, detail: 'was overtaken by chaos-1-2' }]);
      expect(kinds(evidence({ ...two(), sends: [first, second] }))).not.toContain('order');
    });

    it('not one that gave way to a more urgent one, or waited for an admin', () => {
      const unconfirmed = { type: 'unconfirmed', source: 'dispatcher', occurredAt: 1_100 };
      const waited = two({ events: [...aRow().events, unconfirmed] });

      expect(kinds(evidence({ ...two({ priority: 2 }), sends: [second, first] }))).not.toContain('order');
      expect(kinds(evidence({ ...waited, sends: [second, first] }))).not.toContain('order');
    });
  });
});
