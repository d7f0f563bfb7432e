import type { Allowances } from '../evidence.ts';
import type { Ledgers } from '../ledgers.ts';
import type { Load } from '../load/load.ts';
import type { LoadSize } from '../load/plan.ts';
import type { Random } from '../random.ts';
import type { Patience } from '../settle.ts';
import type { Settings } from '../world/fleet.ts';
import type { Counts } from '../world/simulator.ts';
import type { World } from '../world/world.ts';

/** A way to disturb the application. */
export interface Scenario {
  name: string;
  /** How often it is drawn, in proportion to the others. */
  weight: number;
  /** Environment of the processes, where it differs. */
  settings?: Settings;
  /** Draws everything that is left to chance, so that the same seed disturbs in the same way. */
  draw: (random: Random) => Disturbance;
}

export interface Disturbance {
  /** For the report: what was drawn. */
  detail: string;
  size?: LoadSize;
  allowed?: Partial<Allowances>;
  /** How the end is waited for. */
  patience?: Partial<Patience>;
  /** Before the first request. */
  prepare?: (stage: Omit<Stage, 'load'>) => Promise<void>;
  /**
   * While the load runs. @returns the proof that the fault happened
   * @throws NothingHappened
   */
  disturb: (stage: Stage) => Promise<string>;
}

/** What a disturbance has at hand. */
export interface Stage {
  world: World;
  load: Load;
  ledgers: Ledgers;
  /** The simulator's counts when the cycle began. */
  mark: Counts;
  /** Writes the injector's line; to be called before the fault acts. */
  announce: (fault: string, pid?: number) => void;
}

/** The fault did not come to pass: the cycle proves nothing and is repeated with another seed. */
export class NothingHappened extends Error {}
