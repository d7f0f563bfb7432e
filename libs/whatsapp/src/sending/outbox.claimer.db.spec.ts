import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';

import { type AppConfig, newId } from '#common';
import {
  type HoldScope,
  OutboxRepository,
  SenderPace,
  SenderPaceRepository,
  SendHold,
  SendHoldRepository,
  type WhatsAppMessage,
} from '#messages';
import type { SenderDirectory, TenantDirectory } from '#tenants';

import { aMessageStore, type MessageStore } from '../../../../test/factories/message-store.ts';
import { aMessage, aPhone, inMs, reload } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { OutboxClaimer } from './outbox.claimer.ts';
import { SendHoldsService } from './send-holds.service.ts';

const SENDER = aSender();
const LEASE_MS = 60_000;
/** 96 % of 30 ms of it are 28 permits at once. */
const PER_SECOND = 1_000;
const BURST = 28;
const PROBE_MS = 60_000;

Logger.overrideLogger(false);

describe(OutboxClaimer.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let suspended: string[];

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
  });

  beforeEach(async () => {
    suspended = [];
    await store.clear();
  });

  afterAll(() => store.close());

  function aClaimer(messagesPerSecond = PER_SECOND, outbox = new OutboxRepository(db)): OutboxClaimer {
    const config = {
      dispatcher: { leaseMs: LEASE_MS, probeMs: PROBE_MS },
      whatsapp: { messagesPerSecond },
    } as AppConfig;
    const holds = new SendHoldsService(config, new SendHoldRepository(db), strict<SenderDirectory>({}));
    const tenants = strict<TenantDirectory>({ allSuspended: () => suspended });
    return new OutboxClaimer(config, db, outbox, new SenderPaceRepository(db), holds, tenants);
  }
  /** A bucket that is full now, or empty and stays so. */
  const permits = (are: 'full' | 'none') =>
    db.manager.insert(SenderPace, {
      phoneNumberId: SENDER.phoneNumberId,
      permits: 0,
      countedAt: inMs(are === 'full' ? -3_600_000 : 3_600_000),
    });
  async function aBacklog(count: number, change: Partial<WhatsAppMessage> = {}): Promise<string[]> {
    const ids = [];
    for (let each = 0; each < count; each++) ids.push((await aMessage(db, { contactKey: aPhone(), ...change })).id);
    return ids;
  }
  const aHold = async (scope: HoldScope, scopeKey: string, probeAt: Date): Promise<string> => {
    const id = newId();
    const error = { code: '1', title: 'Stopped', details: null, class: 'STOP', retryable: true, action: 'Wait.' };
    await db.manager.insert(SendHold, { id, scope, scopeKey, error, probeAt });
    return id;
  };
  const probesOf = async (id: string) => (await db.manager.findOneByOrFail(SendHold, { id })).probes;
  const idsOf = ({ messages }: { messages: { id: string }[] }) => messages.map(({ id }) => id);

  it('claims under its own lease, and the attempts are committed when it answers', async () => {
    await permits('full');
    const message = await aMessage(db);
    const claimer = aClaimer();
    const before = performance.now();

    const claim = await claimer.claim(SENDER, 10);

    expect(idsOf(claim)).toEqual([message.id]);
    expect(await reload(db, message)).toMatchObject({ attempts: 1, leaseToken: claimer.leaseToken });
    expect(claim.startBefore).toBeGreaterThanOrEqual(before + LEASE_MS / 2);
    // Counted from before the claim: however long that took, the lease outlives it.
    expect(claim.startBefore).toBeLessThanOrEqual(performance.now() + LEASE_MS / 2);
  });

  it('keeps back what a suspended tenant has', async () => {
    await permits('full');
    const [held, other] = [await aMessage(db, { tenantId: newId() }), await aMessage(db)];
    suspended = [held.tenantId];

    const claim = await aClaimer().claim(SENDER, 10);

    expect(idsOf(claim)).toEqual([other.id]);
    expect((await reload(db, held)).waitsFor).toBe('tenant');
  });

  it('takes no more than is free, and asks again at once while there is more', async () => {
    await permits('full');
    await aBacklog(3);
    const claimer = aClaimer();

    const claims = [await claimer.claim(SENDER, 2), await claimer.claim(SENDER, 2), await claimer.claim(SENDER, 2)];

    expect(claims.map((claim) => [claim.messages.length, claim.more])).toEqual([
      [2, true],
      [1, true],
      [0, false],
    ]);
  });

  it('looks further and further ahead while one person has many messages, so that others get past them soon', async () => {
    await permits('full');
    await aBacklog(200, { contactKey: aPhone() });
    const [other] = await aBacklog(1);
    const claimer = aClaimer();

    const claimed = [];
    for (let claims = 0; claims < 3; claims++) claimed.push(...idsOf(await claimer.claim(SENDER, 1)));

    expect(claimed).toContain(other);
  });

  it('shares the permits of a number with other processes: together they never exceed them', async () => {
    await permits('full');
    await aBacklog(90);
    const perSecond = 100;
    const began = performance.now();

    const claims = await Promise.all(Array.from({ length: 30 }, () => aClaimer(perSecond).claim(SENDER, 10)));

    const claimed = claims.flatMap(idsOf);
    // Each alone could have had the three that were there at once.
    const allowed = 0.96 * perSecond * (0.03 + (performance.now() - began) / 1_000);
    expect(claimed.length).toBeLessThanOrEqual(allowed);
    expect(claimed.length).toBeGreaterThanOrEqual(3);
    expect(new Set(claimed).size).toBe(claimed.length);
  });

  it('says how long to wait when the permits are used up', async () => {
    await permits('full');
    await aBacklog(BURST + 1);

    const { messages, more } = await aClaimer().claim(SENDER, 1_000);

    expect([messages.length, more]).toEqual([BURST, 15]);
  });

  it('claims nothing without permits, and says when to ask again', async () => {
    await permits('none');
    const [waiting] = await aBacklog(1);

    const { messages, more } = await aClaimer().claim(SENDER, 10);

    expect([messages, more]).toEqual([[], 15]);
    expect(await reload(db, { id: waiting! })).toMatchObject({ attempts: 0, leaseToken: null });
  });

  it('spends no permit while there is nothing to send', async () => {
    await permits('full');
    const before = await db.manager.find(SenderPace);

    const { more } = await aClaimer().claim(SENDER, 10);

    expect(more).toBe(false);
    expect(await db.manager.find(SenderPace)).toEqual(before);
  });

  it('lets tenants take turns from one claim to the next', async () => {
    await permits('full');
    const [first, second] = [newId(), newId()].sort();
    for (const tenantId of [first!, second!]) await aBacklog(2, { tenantId });
    const claimer = aClaimer();

    const turns = [];
    for (let each = 0; each < 4; each++) turns.push((await claimer.claim(SENDER, 1)).messages[0]?.tenantId);

    expect(turns).toEqual([first, second, first, second]);
  });

  it('wakes what it parked behind a message that had left by then', async () => {
    await permits('full');
    const contactKey = aPhone();
    const [first, second] = await aBacklog(2, { contactKey });
    // The first leaves between the claim's look at it and its commit.
    class OvertakenOutbox extends OutboxRepository {
      override async claim(...given: Parameters<OutboxRepository['claim']>): ReturnType<OutboxRepository['claim']> {
        const claimed = await super.claim(...given);
        await given[0].query(
          `UPDATE whatsapp_messages SET status = 'SENT', pending_reason = NULL, lease_token = NULL WHERE id = $1`,
          [first],
        );
        return claimed;
      }
    }
    const claimer = aClaimer(PER_SECOND, new OvertakenOutbox(db));

    await claimer.claim(SENDER, 10);

    expect(await reload(db, { id: second! })).toMatchObject({ waitsFor: null, nextAttemptAt: expect.any(Date) });
  });

  describe('while sending is held', () => {
    it('claims nothing', async () => {
      await permits('full');
      await aBacklog(2);
      await aHold('number', SENDER.phoneNumberId, inMs(60_000));

      expect(await aClaimer().claim(SENDER, 10)).toMatchObject({ messages: [], probing: [], more: false });
    });

    it('claims one message as a probe when it is due, and no other before the next is', async () => {
      await permits('full');
      await aBacklog(3);
      const hold = await aHold('number', SENDER.phoneNumberId, inMs(-1));
      const claimer = aClaimer();

      const probe = await claimer.claim(SENDER, 10);
      const next = await claimer.claim(SENDER, 10);

      expect(probe.messages).toHaveLength(1);
      expect(probe.probing.map(({ id }) => id)).toEqual([hold]);
      expect(next.messages).toEqual([]);
      expect(await probesOf(hold)).toBe(1);
    });

    it('is put to the test by one process only', async () => {
      await permits('full');
      await aBacklog(10);
      await aHold('waba', SENDER.businessAccountId, inMs(-1));

      const claims = await Promise.all(Array.from({ length: 4 }, () => aClaimer().claim(SENDER, 10)));

      expect(claims.flatMap(idsOf)).toHaveLength(1);
    });

    it('keeps the probe for the next message when there is nothing to send', async () => {
      await permits('full');
      const hold = await aHold('number', SENDER.phoneNumberId, inMs(-1));
      const claimer = aClaimer();
      await claimer.claim(SENDER, 10);
      const [first] = await aBacklog(1);

      const claim = await claimer.claim(SENDER, 10);

      expect(idsOf(claim)).toEqual([first]);
      expect(await probesOf(hold)).toBe(1);
    });
  });

  it('sends one message of a stopped template as its probe, beside everything else', async () => {
    await permits('full');
    const ofTemplate = { templateName: 'po_notification', templateLanguage: 'es' };
    const parked = { pendingReason: 'held', waitsFor: 'template', nextAttemptAt: null } as const;
    const held = await aBacklog(3, { ...ofTemplate, ...parked });
    const [newer] = await aBacklog(1, ofTemplate);
    const [text] = await aBacklog(1);
    const hold = await aHold('template', `${SENDER.phoneNumberId}/po_notification/es`, inMs(-1));

    const claim = await aClaimer().claim(SENDER, 10);

    expect(idsOf(claim).sort()).toEqual([held[0], text].sort());
    expect(claim.probing.map(({ id }) => id)).toEqual([hold]);
    expect(await reload(db, { id: newer! })).toMatchObject(parked);
  });
});
