import { setTimeout as pause } from 'node:timers/promises';

import type { Random } from '../random.ts';
import { withCompanions } from './companions.ts';
import { type Disturbance, NothingHappened, type Scenario, type Stage } from './scenario.ts';

/** What the application depends on goes away and comes back. */
export const SERVER_SCENARIOS: readonly Scenario[] = [
  withCompanions({ name: 'postgres-crash', weight: 6, draw: drawPostgresCrash }),
  { name: 'postgres-away', weight: 1, draw: drawPostgresAway },
  withCompanions({ name: 'postgres-cut', weight: 4, draw: drawPostgresCut }),
  { name: 'broker-crash', weight: 3, draw: drawBrokerCrash },
];

function drawPostgresCrash(random: Random): Disturbance {
  const [share, away] = [random.next() * 0.7, random.between(0, 3_000)];
  return {
    detail: `away for ${away} ms`,
    disturb: (stage) => crashPostgres(stage, share, away),
  };
}

/**
 * Answers are lost, and for so long nobody can take the statuses that would tell that Meta's next try comes many seconds
 * after the statuses of later messages.
 */
function drawPostgresAway(random: Random): Disturbance {
  const [share, away] = [0.2 + random.next() * 0.3, random.between(8_000, 9_000)];
  return {
    detail: `away for ${away} ms; many accept-then-reset`,
    // Longer than the grace: nobody but the policy decides meanwhile.
    patience: { quietMs: 4_000 },
    prepare: async ({ world: { simulator }, announce }) => {
      announce('Graph: accept-then-reset for half of them; webhooks: 1000 ms late');
      await simulator.addFault({ kind: 'accept-then-reset', probability: 0.5 });
      await simulator.setWebhooks({ delayMs: 1_000 });
    },
    disturb: (stage) => crashPostgres(stage, share, away),
  };
}

/** @returns the proof */
async function crashPostgres(
  { world: { database }, load, announce }: Stage,
  share: number,
  away: number,
): Promise<string> {
  await load.reached(share);
  const before = await database.startedAt();
  announce('PostgreSQL ends at once');
  await database.crash();
  await pause(away);
  await database.restart();
  if ((await database.startedAt()) === before) throw new NothingHappened('PostgreSQL did not restart');
  return 'PostgreSQL was started again';
}

function drawPostgresCut(random: Random): Disturbance {
  const shares = Array.from({ length: random.between(1, 4) }, () => random.next() * 0.9).sort();
  return {
    detail: `${shares.length} times`,
    disturb: async ({ world: { database }, load, announce }) => {
      let cut = 0;
      for (const share of shares) {
        await load.reached(share);
        announce('every connection to PostgreSQL is cut');
        cut += await database.cutConnections();
      }
      if (cut === 0) throw new NothingHappened('there was no connection to cut');
      return `${cut} connections were cut`;
    },
  };
}

function drawBrokerCrash(random: Random): Disturbance {
  const [share, away] = [random.next() * 0.7, random.between(0, 2_000)];
  return {
    detail: `away for ${away} ms and its start`,
    size: { singles: 30, bulks: 1, poEvents: 50 },
    patience: { settlingMs: 60_000 },
    disturb: async ({ world: { broker }, load, announce }) => {
      if (!broker.kill || !broker.restart) throw new NothingHappened('the broker is not ours to kill');
      await load.reached(share);
      announce('RabbitMQ is killed');
      await broker.kill();
      await pause(away);
      await broker.restart();
      return 'RabbitMQ was killed and started again';
    },
  };
}
