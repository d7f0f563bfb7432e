import type { Random } from '../random.ts';
import type { Disturbance, Scenario, Stage } from './scenario.ts';

/** Something else that goes wrong at the same time. */
interface Companion {
  weight: number;
  detail: string;
  prepare?: (stage: Omit<Stage, 'load'>) => Promise<void>;
}

const COMPANIONS: readonly Companion[] = [
  { weight: 3, detail: 'nothing else' },
  lostAnswers('accept-then-reset'),
  lostAnswers('accept-then-timeout'),
  {
    weight: 1,
    detail: 'late statuses',
    prepare: async ({ world, announce }) => {
      announce('webhooks: 1500 ms late');
      await world.simulator.setWebhooks({ delayMs: 1_500 });
    },
  },
];

function lostAnswers(kind: 'accept-then-reset' | 'accept-then-timeout'): Companion {
  return {
    weight: 1,
    detail: `some ${kind}`,
    prepare: async ({ world, announce }) => {
      announce(`Graph: ${kind} for one in five`);
      await world.simulator.addFault({ kind, probability: 0.2 });
    },
  };
}

/** The scenario as it is, or with a second fault that lasts as long as the load. */
export function withCompanions({ draw, ...scenario }: Scenario): Scenario {
  return {
    ...scenario,
    draw: (random: Random): Disturbance => {
      const first = draw(random);
      const companion = random.weighted(COMPANIONS);
      return {
        ...first,
        detail: `${first.detail}; ${companion.detail}`,
        prepare: async (stage) => {
          await first.prepare?.(stage);
          await companion.prepare?.(stage);
        },
      };
    },
  };
}
