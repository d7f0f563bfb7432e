import { INJECTION_POINTS, type InjectionPoint } from '../injection.ts';
import { type LoadSize, USUAL_SIZE } from '../load/plan.ts';
import type { Random } from '../random.ts';
import { withCompanions } from './companions.ts';
import { kill, killAt, type Passage } from './interruptions.ts';
import type { Disturbance, Scenario, Stage } from './scenario.ts';

const MOSTLY_PO_EVENTS: LoadSize = { singles: 30, bulks: 0, poEvents: 45 };
/** Where a send may be known to Meta and not to us. */
const AROUND_THE_WIRE = ['claimed', 'request-written', 'answer-read', 'result-in-flight', 'result-recorded'] as const;

/** Processes that end: without a warning, at every point of their work, or when they are told to. */
export const KILL_SCENARIOS: readonly Scenario[] = [
  withCompanions({ name: 'kill', weight: 6, draw: drawKill }),
  withCompanions({ name: 'kill-all', weight: 2, draw: drawKillAll }),
  ...INJECTION_POINTS.map((point) =>
    withCompanions({ name: `kill-at-${point}`, weight: 3, draw: (random) => drawKillAt(random, point) }),
  ),
  { name: 'kill-unseen', weight: 4, settings: { UNCONFIRMED_POLICY: 'hold' }, draw: drawKillUnseen },
  { name: 'terminate', weight: 4, draw: drawTerminate },
];

function drawKill(random: Random): Disturbance {
  const [share, process] = [random.next() * 0.8, random.next()];
  return {
    detail: `after ${percent(share)} of the load`,
    disturb: async (stage) => {
      await stage.load.reached(share);
      return kill(stage, one(process, stage));
    },
  };
}

function drawKillAll(random: Random): Disturbance {
  const share = random.next() * 0.8;
  return {
    detail: `after ${percent(share)} of the load`,
    disturb: async (stage) => {
      await stage.load.reached(share);
      return (await Promise.all(stage.world.fleet.ports.map((_, index) => kill(stage, index)))).join(', ');
    },
  };
}

function drawKillAt(random: Random, point: InjectionPoint): Disturbance {
  const passage = drawPassage(random, point);
  const [share, process] = [random.next() * 0.3, random.next()];
  const isAboutEvents = point === 'po-stored' || (point.includes('commit') && random.chance(0.4));
  return {
    detail: `passage ${passage.passage}`,
    size: isAboutEvents ? MOSTLY_PO_EVENTS : USUAL_SIZE,
    disturb: async (stage) => {
      await stage.load.reached(share);
      return killAt(passage, stage, one(process, stage));
    },
  };
}

/** No status tells what became of the sends, so that nothing but the fence keeps them from being sent again. */
function drawKillUnseen(random: Random): Disturbance {
  const passage = drawPassage(random, random.pick(AROUND_THE_WIRE));
  const [share, process] = [random.next() * 0.3, random.next()];
  return {
    detail: `passage ${passage.passage} of ${passage.point}, no status comes`,
    // Longer than a lease: whatever a sweep would do is done before the admin looks.
    patience: { quietMs: 4_000 },
    prepare: async ({ world: { simulator }, announce }) => {
      announce('webhooks: drop all; Graph: some accept-then-reset');
      await simulator.setWebhooks({ drop: 1 });
      await simulator.addFault({ kind: 'accept-then-reset', probability: 0.1 });
    },
    disturb: async (stage) => {
      await stage.load.reached(share);
      return killAt(passage, stage, one(process, stage));
    },
  };
}

function drawTerminate(random: Random): Disturbance {
  const [share, process] = [random.next() * 0.8, random.next()];
  return {
    detail: `SIGTERM after ${percent(share)} of the load, with slow answers of Meta`,
    // Nothing is lost on the wire: a process that is told to stop waits for the answers.
    allowed: { unconfirmed: false },
    prepare: ({ world }) => world.simulator.addFault({ kind: 'slow', delayMs: 100 }),
    disturb: async (stage) => {
      await stage.load.reached(share);
      return terminate(stage, one(process, stage));
    },
  };
}

/** @throws Error when the process does not end in order */
async function terminate({ world: { fleet }, announce }: Stage, index: number): Promise<string> {
  const app = fleet.app(index);
  announce('SIGTERM', app.pid);
  app.signal('SIGTERM');
  const { code, signal } = await app.ended;
  await fleet.revive(index);
  if (code !== 0) throw new Error(`process ${index} was told to stop and ended with ${code ?? signal}`);
  return `process ${index} ended in order`;
}

/** Some passages are made for many messages at once. */
function drawPassage(random: Random, point: InjectionPoint): Passage {
  const isForMany = ['po-', 'claim', 'result', 'webhook-'].some((part) => point.includes(part));
  return { point, passage: random.between(1, isForMany ? 5 : 15) };
}

function one(drawn: number, { world }: Stage): number {
  return Math.floor(drawn * world.fleet.size);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
