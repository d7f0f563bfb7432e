import type { Path } from '../../payloads/index.ts';

/** More would help nobody. */
const MOST_FAULTS = 100;

/** The field that a caller would write to give a part of a template. */
export type PartField = 'parameters' | 'header' | 'buttons' | 'cards' | 'limited_time_offer';

/** What is wrong with a send of a template. */
export interface Fault {
  /** Through Meta's own template object: `['components', 0, 'parameters', 2]`. */
  path: Path;
  /** A part, or a named value, that is not there at all: it would be written inside of what the path leads to. */
  absent?: string;
  message: string;
}

/** Collects every fault of one send. */
export class Faults {
  readonly found: Fault[] = [];

  refuse(path: Path, message: string): void {
    this.add({ path, message });
  }

  miss(within: Path, absent: PartField | (string & {}), message: string): void {
    this.add({ path: within, absent, message });
  }

  private add(fault: Fault): void {
    if (this.found.length < MOST_FAULTS) this.found.push(fault);
  }
}
