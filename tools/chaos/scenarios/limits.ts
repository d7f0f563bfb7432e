import type { LoadSize } from '../load/plan.ts';
import { type Disturbance, NothingHappened, type Scenario } from './scenario.ts';

const PER_SECOND = 12;
const MUCH_AT_ONCE: LoadSize = { singles: 40, bulks: 16, poEvents: 12 };

/** Limits that the replicas must keep together. */
export const LIMIT_SCENARIOS: readonly Scenario[] = [
  { name: 'pace', weight: 2, settings: { WHATSAPP_MESSAGES_PER_SECOND: String(PER_SECOND) }, draw: drawPace },
];

function drawPace(): Disturbance {
  return {
    detail: `${PER_SECOND} per second`,
    size: MUCH_AT_ONCE,
    allowed: { pace: PER_SECOND },
    disturb: async ({ load, world: { simulator }, mark }) => {
      const startedAt = Date.now();
      await load.done;
      const sent = (await simulator.sends(mark)).length;
      const loadMs = Date.now() - startedAt;
      // Whoever asks for less than the number may send proves nothing.
      if (load.total / (loadMs / 1_000) < PER_SECOND) throw new NothingHappened('the load was slower than the pace');
      return `${load.total} requests within ${loadMs} ms, after which ${sent} messages were sent`;
    },
  };
}
