import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { freePort } from '#embedded';

import type { FaultRule } from '../../apps/simulator/src/faults.ts';
import { startSimulator } from '../../apps/simulator/src/simulator.ts';
import { timelineOf } from '../factories/message-store.ts';
import { aMessage, aPhone, inMs, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const SEND_TIMEOUT_MS = 400;
const GRACE_MS = 300;
const QUICK = {
  WHATSAPP_SEND_TIMEOUT_MS: String(SEND_TIMEOUT_MS),
  DISPATCHER_SWEEP_MS: '100',
  UNCONFIRMED_GRACE_MS: String(GRACE_MS),
};

/** What a test asks of one app: to send, and what came of it on both sides. */
function driver(app: TestApp) {
  const { database: db, simulator } = app;
  const send = async (to: string): Promise<{ id: string }> => {
    const message = { tenant_id: TENANT, to, text: 'Hola' };
    const { body } = await app.api.post('/api/v1/whatsapp/messages').send(message).expect(202);
    return { id: body.id };
  };
  const becomes = (message: { id: string }, expected: object): Promise<void> =>
    eventually(async () => expect(await reload(db, message)).toMatchObject(expected), { intervalMs: 10 });
  return {
    send,
    becomes,
    becomesUnconfirmed: (message: { id: string }) =>
      becomes(message, { status: 'PENDING', pendingReason: 'unconfirmed' }),
    timeline: (message: { id: string }) => timelineOf(db, message),
    /** How often Meta was asked, and how often it took the message. */
    sends: (to: string) => ({
      asked: simulator.requests().filter(({ body }) => (body as { to?: string } | undefined)?.to === to).length,
      accepted: simulator.ledger({ to }).length,
    }),
    /** A message that is tried again is tried now. */
    endPauses: () => db.query(`UPDATE whatsapp_messages SET next_attempt_at = now() WHERE next_attempt_at > now()`),
    /** Waits until the outbox was swept from beginning to end. */
    async swept(): Promise<void> {
      // The second marker is found by a sweep that began after the one that found the first had ended.
      for (let each = 0; each < 2; each++) {
        await becomes(await aMessage(db, { expiresAt: inMs(-1) }), { status: 'FAILED', errorCode: 'expired' });
      }
    },
  };
}

describe('a send whose answer is lost', () => {
  let app: TestApp;
  let drive: ReturnType<typeof driver>;

  beforeAll(async () => {
    app = await startTestApp({ env: { ...QUICK, UNCONFIRMED_POLICY: 'hold' } });
    drive = driver(app);
  });

  afterEach(() => {
    app.simulator.clearFaults();
    app.simulator.setWebhook({ drop: 0 });
  });

  afterAll(() => app.stop());

  it.each<FaultRule>([
    { kind: 'accept-then-timeout' },
    { kind: 'accept-then-reset' },
    { kind: 'cut-json' },
    { kind: 'no-id' },
    { kind: 'html', accepted: true },
    { kind: 'http-500-empty', accepted: true },
  ])('is unconfirmed after %p, until a status settles it, and is sent once', async (fault) => {
    const to = aPhone();
    app.simulator.setWebhook({ drop: 1 });
    app.simulator.addFault({ ...fault, to });

    const message = await drive.send(to);
    await drive.becomesUnconfirmed(message);
    await app.simulator.waitForIdle(); // its own statuses are lost by now
    app.simulator.setWebhook({ drop: 0 });
    const wamid = app.simulator.ledger({ to })[0]?.wamid;
    app.simulator.sendStatus({ wamid: wamid }, 'sent');

    await drive.becomes(message, { status: 'SENT', pendingReason: null, whatsappMessageId: wamid, error: null });
    expect(await drive.timeline(message)).toEqual(['dispatcher unconfirmed', 'webhook sent']);
    expect(drive.sends(to)).toEqual({ asked: 1, accepted: 1 });
  });

  it('is not taken back to unconfirmed when its statuses were faster than the time-out', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'accept-then-timeout', to });

    const message = await drive.send(to);
    await drive.becomes(message, { status: 'READ' });
    await eventually(async () => expect(await drive.timeline(message)).toContain('dispatcher unconfirmed'));

    expect(await reload(app.database, message)).toMatchObject({ status: 'READ', pendingReason: null, error: null });
    expect(drive.sends(to)).toEqual({ asked: 1, accepted: 1 });
  });

  it('stays unconfirmed, and tells what to do, when nothing settles it and the policy is to hold', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'reset-before-accept', to });
    const message = await drive.send(to);
    await drive.becomesUnconfirmed(message);
    app.simulator.clearFaults();

    await drive.swept();

    const { body } = await app.api.get(`/api/v1/whatsapp/messages/${message.id}`).expect(200);
    expect(body).toMatchObject({
      status: 'PENDING',
      pending_reason: 'unconfirmed',
      error: { code: 'unconfirmed', retryable: false, action: expect.stringMatching(/status/) },
    });
    expect(drive.sends(to)).toEqual({ asked: 1, accepted: 0 });
  });

  it('does not hold up later messages to the same person', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'reset-before-accept', to, times: 1 });
    await drive.becomesUnconfirmed(await drive.send(to));

    const later = await drive.send(to);

    await drive.becomes(later, { status: 'READ' });
  });

  describe('is told apart from one that Meta refused:', () => {
    it.each(['+34612340500', '+34612340429'])('a passing refusal (%s) is tried again until it passes', async (to) => {
      const message = await drive.send(to);

      await eventually(
        async () => {
          await drive.endPauses();
          expect(await reload(app.database, message)).toMatchObject({ status: 'READ', attempts: 3, error: null });
        },
        { intervalMs: 20 },
      );
      expect(drive.sends(to)).toEqual({ asked: 3, accepted: 1 });
    });

    it('a final refusal fails at once, with its code, its class and what to do', async () => {
      const to = aPhone();
      app.simulator.addFault({ kind: 'error', code: 131026, details: 'Not on WhatsApp', to });

      const message = await drive.send(to);

      await drive.becomes(message, { status: 'FAILED', attempts: 1, errorCode: '131026' });
      expect((await reload(app.database, message)).error).toMatchObject({
        code: '131026',
        class: 'USER',
        details: 'Not on WhatsApp',
        retryable: false,
        action: expect.stringMatching(/\w+ \w+/),
      });
      expect(drive.sends(to)).toEqual({ asked: 1, accepted: 0 });
    });

    it('an accepted message that fails later shows the reason of its status', async () => {
      const message = await drive.send('+34612340026');

      await drive.becomes(message, { status: 'FAILED', errorCode: '131026', failedAt: expect.any(Date) });
    });
  });
});

describe('an unconfirmed message where a witness is asked for', () => {
  let app: TestApp;
  let drive: ReturnType<typeof driver>;

  beforeAll(async () => {
    app = await startTestApp({ env: { ...QUICK, UNCONFIRMED_POLICY: 'witness' } });
    drive = driver(app);
    await drive.swept(); // from here on it is known to listen
  });

  afterAll(() => app.stop());

  it('is sent again only after the status of another message proved that statuses come', async () => {
    const to = aPhone();
    app.simulator.addFault({ kind: 'reset-before-accept', to, times: 1 });
    const message = await drive.send(to);
    await drive.becomesUnconfirmed(message);

    await eventually(async () => {
      const over = `SELECT FROM whatsapp_messages WHERE id = $1 AND attempted_at < now() - $2 * interval '1 ms'`;
      expect(await app.database.query(over, [message.id, GRACE_MS])).toHaveLength(1);
    });
    await drive.swept();
    const withoutWitness = drive.sends(to);
    const witness = await drive.send(aPhone());
    await drive.becomes(witness, { status: 'READ' });

    await drive.becomes(message, { status: 'READ', attempts: 2, error: null });
    expect(withoutWitness).toEqual({ asked: 1, accepted: 0 });
    expect(drive.sends(to)).toEqual({ asked: 2, accepted: 1 });
    expect(await drive.timeline(message)).toEqual(
      expect.arrayContaining(['dispatcher unconfirmed', 'dispatcher resent', 'webhook read']),
    );
  });
});

describe('a send that found nobody listening', () => {
  it('is tried again until somebody does, and is sent once', async () => {
    const port = await freePort();
    const app = await startTestApp({ env: { ...QUICK, WHATSAPP_GRAPH_URL: `http://127.0.0.1:${port}` } });
    const drive = driver(app);
    const to = aPhone();
    const message = await drive.send(to);
    await drive.becomes(message, {
      status: 'PENDING',
      pendingReason: 'retrying',
      error: { code: 'not-sent', retryable: true },
    });

    const meta = await startSimulator({ port, statusDelaysMs: { sent: 5, delivered: 5, read: 5 } });
    meta.setWebhook({ url: `${app.url}/api/v1/whatsapp/webhook` });
    await eventually(async () => {
      await drive.endPauses();
      expect(await reload(app.database, message)).toMatchObject({ status: 'READ', error: null });
    });

    expect(meta.ledger({ to })).toHaveLength(1);
    await app.stop();
    await meta.stop();
  });
});
