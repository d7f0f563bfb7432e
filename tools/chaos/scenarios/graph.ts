import { setTimeout as pause } from 'node:timers/promises';

import type { FaultKind, FaultRule } from '../../../apps/simulator/src/faults.ts';
import { TEMPLATE_ENDING } from '../load/plan.ts';
import type { Random } from '../random.ts';
import { type Disturbance, NothingHappened, type Scenario } from './scenario.ts';

/** Passing refusals, and the share of the requests that meet them. */
const PASSING = { 131016: 0.4, 130429: 0.05, 131056: 0.15, 80007: 0.03 };
/** What stops everything in its scope. */
const STOPPING: readonly FaultRule[] = [
  { kind: 'error', code: 190 },
  { kind: 'error', code: 131031 },
  { kind: 'error', code: 132015, to: TEMPLATE_ENDING },
];
/** What all replicas may have on the wire when the first one is told to stop, and their probes. */
const MOST_REFUSALS = 40;
/** Faults of the request or of the recipient. */
const FINAL = [100, 131026];
const LOST_ANSWERS: readonly FaultKind[] = [
  'accept-then-timeout',
  'accept-then-reset',
  'cut-json',
  'html',
  'no-id',
  'http-500-empty',
];

/** What Meta answers, or does not. */
export const GRAPH_SCENARIOS: readonly Scenario[] = [
  ...Object.entries(PASSING).map(([code, probability]): Scenario => ({
    name: `refuse-${code}`,
    weight: 2,
    draw: (random) => ({
      ...drawFault(random, { kind: 'error', code: Number(code), probability }),
      patience: { releaseHolds: true },
    }),
  })),
  ...FINAL.map((code): Scenario => ({
    name: `refuse-${code}`,
    weight: 1,
    draw: (random) => ({
      ...drawFault(random, { kind: 'error', code, probability: 0.3 }),
      allowed: { finalCodes: [code] },
    }),
  })),
  ...STOPPING.map((rule): Scenario => ({
    name: `stop-${rule.code}`,
    weight: 2,
    draw: (random) => ({ ...drawFault(random, rule), allowed: { mostRefusals: MOST_REFUSALS } }),
  })),
  ...LOST_ANSWERS.map((kind): Scenario => ({
    name: kind,
    weight: 2,
    draw: (random) => drawFault(random, { kind, accepted: true, probability: 0.3 }),
  })),
  { name: 'storm', weight: 2, draw: (random) => drawFault(random, { kind: 'http-500-empty', probability: 0.8 }) },
  {
    name: 'reset-before-accept',
    weight: 3,
    // Longer than the grace: what has a witness is sent again without the admin.
    draw: (random) => ({
      ...drawFault(random, { kind: 'reset-before-accept', probability: 0.3 }),
      patience: { quietMs: 4_000 },
    }),
  },
];

function drawFault(random: Random, rule: FaultRule): Disturbance {
  const [share, lasts] = [random.next() * 0.4, random.between(300, 1_500)];
  return {
    detail: `for ${lasts} ms`,
    disturb: async ({ world: { simulator }, load, announce, mark }) => {
      await load.reached(share);
      announce(`Graph: ${JSON.stringify(rule)}`);
      await simulator.addFault(rule);
      await pause(lasts);
      await simulator.clearFaults();
      const met = (await simulator.requests(mark)).filter(({ fault }) => fault === rule.kind).length;
      if (met === 0) throw new NothingHappened('no request met the fault');
      return `${met} requests met ${rule.kind}${rule.code ? ` ${rule.code}` : ''}`;
    },
  };
}
