/**
 * The full-size proof, against a running application: publishes 1,000 events with a plain AMQP client and checks in the
 * database, the dead queue and (where SIMULATOR_URL says where) the simulator's ledger what became of them.
 *
 *   DATABASE_URL=… RABBITMQ_URL=… [SIMULATOR_URL=http://127.0.0.1:4010] npm run po-storm
 *
 * PO_EVENTS_EXCHANGE and PO_EVENTS_QUEUE as the application has them. Run it with a database, a dead queue and a simulator
 * of their own: the people it writes to are the same each time. It takes some twenty seconds.
 */
/* global fetch */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import amqp from 'amqplib';
import pg from 'pg';

import { aStorm } from '../test/support/po-storm.ts';

const SIZE = { valid: 830, duplicates: 100, skipped: 20, poisonOfEachKind: 5 };
const PATIENCE_MS = 180_000;

const { DATABASE_URL, RABBITMQ_URL, SIMULATOR_URL } = process.env;
const exchange = process.env.PO_EVENTS_EXCHANGE ?? 'procurement.events';
const queue = process.env.PO_EVENTS_QUEUE ?? 'notification.po-events';
if (!DATABASE_URL || !RABBITMQ_URL) {
  console.error('Set DATABASE_URL and RABBITMQ_URL to what the running application has.');
  process.exit(2);
}

const database = new pg.Client({ connectionString: DATABASE_URL });
const broker = await amqp.connect(RABBITMQ_URL);
await database.connect();
try {
  const checks = await run(randomUUID());
  console.table(checks);
  const failed = checks.filter(({ expected, found }) => expected !== found).length;
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await database.end();
  await broker.close();
}

async function run(tenantId) {
  const storm = aStorm(tenantId, SIZE);
  const poison = storm.filter(({ outcome }) => outcome === 'rejected');
  const [{ since }] = await rows('SELECT clock_timestamp() AS since');
  const channel = await broker.createConfirmChannel();
  const deadBefore = (await channel.checkQueue(`${queue}.dead`)).messageCount;

  const startedAt = Date.now();
  for (const { body } of storm) channel.publish(exchange, 'po.approved', body, { persistent: true });
  await channel.waitForConfirms();
  console.log(`Published ${storm.length} events as tenant ${tenantId} in ${Math.round(Date.now() - startedAt)} ms.`);

  const look = async () => ({
    notified: await count(`po_events WHERE tenant_id = $1 AND outcome = 'notified'`, tenantId),
    skipped: await count(`po_events WHERE tenant_id = $1 AND outcome = 'skipped'`, tenantId),
    read: await count(`whatsapp_messages WHERE tenant_id = $1 AND status = 'READ'`, tenantId),
    recorded: await count('po_dead_letters WHERE received_at >= $1', since),
    ready: (await channel.checkQueue(queue)).messageCount,
  });
  const wanted = { notified: SIZE.valid, skipped: SIZE.skipped, read: SIZE.valid, recorded: poison.length, ready: 0 };
  let seen = await look();
  while (JSON.stringify(seen) !== JSON.stringify(wanted) && Date.now() - startedAt < PATIENCE_MS) {
    await pause(250);
    seen = await look();
  }
  console.log(`Settled after ${Math.round(Date.now() - startedAt)} ms.`);

  return [
    check('events notified', seen.notified, wanted.notified),
    check('events skipped', seen.skipped, wanted.skipped),
    check('messages', await count('whatsapp_messages WHERE tenant_id = $1', tenantId), SIZE.valid),
    check('messages READ', seen.read, wanted.read),
    check('people with one message', await peopleWithOne(tenantId), SIZE.valid),
    check('dead letters recorded', seen.recorded, wanted.recorded),
    check('their reasons', await reasonsSince(since), tally(poison.map(({ reason }) => reason))),
    check('dead letters queued', (await channel.checkQueue(`${queue}.dead`)).messageCount - deadBefore, poison.length),
    check('left in the queue', seen.ready, 0),
    ...(SIMULATOR_URL ? [check('people WhatsApp wrote to once', await ledgerOnce(storm), SIZE.valid)] : []),
  ];
}

function check(what, found, expected) {
  return { what, expected, found, verdict: found === expected ? 'passed' : 'FAILED' };
}

async function rows(sql, ...parameters) {
  return (await database.query(sql, parameters)).rows;
}

async function count(from, parameter) {
  return Number((await rows(`SELECT count(*) FROM ${from}`, parameter))[0].count);
}

async function peopleWithOne(tenantId) {
  return count(
    `(SELECT recipient_phone FROM whatsapp_messages WHERE tenant_id = $1 GROUP BY 1 HAVING count(*) = 1) AS people`,
    tenantId,
  );
}

async function reasonsSince(since) {
  const found = await rows('SELECT reason FROM po_dead_letters WHERE received_at >= $1', since);
  return tally(found.map(({ reason }) => reason));
}

function tally(reasons) {
  const counts = {};
  for (const reason of reasons.toSorted()) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.entries(counts)
    .map(([reason, times]) => `${reason} ${times}`)
    .join(', ');
}

/** How many of the people that were to be told are in the simulator's ledger exactly once. */
async function ledgerOnce(storm) {
  const { data } = await (await fetch(`${SIMULATOR_URL}/_simulator/messages?limit=200000`)).json();
  const times = new Map();
  for (const { to } of data) times.set(to, (times.get(to) ?? 0) + 1);
  return storm.filter(({ phone }) => phone && times.get(phone) === 1).length;
}
