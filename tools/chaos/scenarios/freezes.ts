import type { InjectionPoint } from '../injection.ts';
import type { Random } from '../random.ts';
import type { Settings } from '../world/fleet.ts';
import { withCompanions } from './companions.ts';
import { freeze, freezeAt } from './interruptions.ts';
import type { Disturbance, Scenario } from './scenario.ts';

/** One and a half of the short leases. */
const FREEZE_MS = 4_500;
/** Long enough that its messages are swept and sent by others, short enough that those are still on the wire. */
const OVERTAKEN_MS = 4_600;
/** From the claim of the second attempt, soon after the lease of the first, until after the standstill. */
const SLOW_MS = 2_000;
/**
 * A process that stands still is taken for gone after ten seconds: with a shorter grace the witness of a lost answer could
 * not know of it.
 */
const LONGER_THAN_A_STANDSTILL: Settings = { UNCONFIRMED_GRACE_MS: '12000' };
const RESENT_AT_ONCE: Settings = {
  UNCONFIRMED_POLICY: 'resend',
  UNCONFIRMED_GRACE_MS: '0',
  WHATSAPP_SEND_TIMEOUT_MS: '2800',
};
const DEFAULT_TIMES: Settings = {
  DISPATCHER_LEASE_MS: '60000',
  WHATSAPP_SEND_TIMEOUT_MS: '30000',
  DISPATCHER_SWEEP_MS: '10000',
  UNCONFIRMED_GRACE_MS: '60000',
};

/** Processes that stand still for longer than their leases, and then go on as if nothing had been. */
export const FREEZE_SCENARIOS: readonly Scenario[] = [
  withCompanions({ name: 'freeze', weight: 3, settings: LONGER_THAN_A_STANDSTILL, draw: drawFreeze }),
  ...(['claimed', 'answer-read', 'webhook-stored'] as const).map((point) =>
    withCompanions({
      name: `freeze-at-${point}`,
      weight: 2,
      settings: LONGER_THAN_A_STANDSTILL,
      draw: (random) => drawFreezeAt(random, point),
    }),
  ),
  { name: 'overtaken', weight: 2, settings: RESENT_AT_ONCE, draw: drawOvertaken },
];

/** With the default lease, which takes minutes: once in a long run. */
export const LONG_FREEZE: Scenario = {
  name: 'long-freeze',
  weight: 0,
  settings: DEFAULT_TIMES,
  draw: (random) => {
    const [share, process] = [random.next() * 0.5, random.next()];
    return {
      detail: '90 s with the default lease',
      patience: { settlingMs: 150_000 },
      disturb: async (stage) => {
        await stage.load.reached(share);
        return freeze(stage, Math.floor(process * stage.world.fleet.size), 90_000);
      },
    };
  },
};

function drawFreeze(random: Random): Disturbance {
  const [share, process] = [random.next() * 0.6, random.next()];
  return {
    detail: `${FREEZE_MS} ms after ${Math.round(share * 100)} % of the load`,
    disturb: async (stage) => {
      await stage.load.reached(share);
      return freeze(stage, Math.floor(process * stage.world.fleet.size), FREEZE_MS);
    },
  };
}

function drawFreezeAt(random: Random, point: InjectionPoint): Disturbance {
  const passage = random.between(1, 5);
  const [share, process] = [random.next() * 0.3, random.next()];
  return {
    detail: `${FREEZE_MS} ms at passage ${passage}`,
    disturb: async (stage) => {
      await stage.load.reached(share);
      return freezeAt({ point, passage }, stage, Math.floor(process * stage.world.fleet.size), FREEZE_MS);
    },
  };
}

/** Others send its messages again as soon as its lease is over, and are at it when it wakes up with what it had claimed. */
function drawOvertaken(random: Random): Disturbance {
  const passage = random.between(1, 3);
  const [share, process] = [random.next() * 0.2, random.next()];
  return {
    detail: `${OVERTAKEN_MS} ms at passage ${passage} of claimed, sent again at once`,
    allowed: { resendMayDouble: true },
    prepare: async ({ world: { simulator }, announce }) => {
      announce('Graph: slow');
      await simulator.addFault({ kind: 'slow', delayMs: SLOW_MS });
    },
    disturb: async (stage) => {
      await stage.load.reached(share);
      const index = Math.floor(process * stage.world.fleet.size);
      return freezeAt({ point: 'claimed', passage }, stage, index, OVERTAKEN_MS);
    },
  };
}
