import type { LoadSize } from '../load/plan.ts';
import type { Random } from '../random.ts';
import type { WebhookSettings } from '../world/simulator.ts';
import { type Disturbance, NothingHappened, type Scenario, type Stage } from './scenario.ts';

/** A hundred copies of each status are thousands of requests: few messages are enough. */
const FEW: LoadSize = { singles: 12, bulks: 0, poEvents: 3 };
const IDLE_WITHIN_MS = 60_000;

/** How Meta tells what became of a message: at least once, in any order, sometimes never. */
export const WEBHOOK_SCENARIOS: readonly Scenario[] = [
  {
    name: 'statuses-duplicated',
    weight: 3,
    draw: () => ({ ...disturbedBy({ duplicate: 100 }, provenByCopies), size: FEW, patience: { settlingMs: 60_000 } }),
  },
  { name: 'statuses-shuffled', weight: 3, draw: () => disturbedBy({ shuffle: true }, provenByOrder) },
  {
    name: 'statuses-batched',
    weight: 3,
    draw: (random) => disturbedBy({ batch: random.between(5, 200), shuffle: random.chance(0.5) }, provenByBatches),
  },
  { name: 'statuses-before-answer', weight: 3, draw: () => disturbedBy({ before_answer: true }, provenByTime) },
  { name: 'statuses-dropped', weight: 4, settings: { UNCONFIRMED_POLICY: 'hold' }, draw: drawDropped },
];

type Proof = (stage: Stage) => Promise<string | undefined>;

function disturbedBy(settings: WebhookSettings, prove: Proof): Disturbance {
  return {
    detail: JSON.stringify(settings),
    prepare: async ({ world: { simulator }, announce }) => {
      announce(`webhooks: ${JSON.stringify(settings)}`);
      await simulator.setWebhooks(settings);
    },
    disturb: async (stage) => {
      await stage.load.done;
      await stage.world.simulator.idle(IDLE_WITHIN_MS);
      const proof = await prove(stage);
      if (proof === undefined) throw new NothingHappened('webhooks came as always');
      return proof;
    },
  };
}

async function provenByCopies({ world: { simulator }, mark }: Stage): Promise<string | undefined> {
  const copies = (await simulator.webhooks(mark)).filter(({ attempt }) => attempt > 1).length;
  return copies > 0 ? `${copies} copies were delivered` : undefined;
}

async function provenByOrder({ world: { simulator }, mark }: Stage): Promise<string | undefined> {
  const usual = 'sent,delivered,read';
  const sends = await simulator.sends(mark);
  const other = sends.filter(({ statuses }) => !usual.startsWith(statuses.map(({ status }) => status).join())).length;
  return other > 0 ? `${other} messages had their statuses in another order` : undefined;
}

async function provenByBatches({ world: { simulator }, mark }: Stage): Promise<string | undefined> {
  const sizes = (await simulator.webhooks(mark)).map(({ body }) => body.split('"statuses"').length - 1);
  const largest = Math.max(0, ...sizes);
  return largest > 1 ? `up to ${largest} statuses in one webhook` : undefined;
}

async function provenByTime({ world: { simulator }, mark }: Stage): Promise<string | undefined> {
  const sends = await simulator.sends(mark);
  const early = sends.filter(({ acceptedAt, statuses }) => {
    const [first] = statuses;
    return first && Date.parse(first.at) - Date.parse(acceptedAt) < 10;
  });
  return early.length > 0 ? `${early.length} statuses were on their way before the answer` : undefined;
}

/** Statuses are lost, answers too, and the policy is to send nothing again by itself. */
function drawDropped(random: Random): Disturbance {
  const drop = random.pick([0.3, 0.7, 1]);
  return {
    detail: `${drop * 100} % of the statuses, some answers`,
    prepare: async ({ world: { simulator }, announce }) => {
      announce(`webhooks: drop ${drop}; Graph: some accept-then-reset`);
      await simulator.setWebhooks({ drop });
      await simulator.addFault({ kind: 'accept-then-reset', probability: 0.3 });
    },
    disturb: async ({ world: { simulator }, load, mark }) => {
      await load.done;
      await simulator.idle(IDLE_WITHIN_MS);
      const sends = await simulator.sends(mark);
      const told = sends.flatMap(({ statuses }) => statuses).length;
      const delivered = (await simulator.webhooks(mark)).filter(({ status }) => status === 200).length;
      const lost = told - delivered;
      if (lost <= 0) throw new NothingHappened('no status was lost');
      return `${lost} of ${told} statuses were lost`;
    },
  };
}
