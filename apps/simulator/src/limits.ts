import type { SimulatorLimits } from './defaults.ts';
import { GraphError } from './graph-error.ts';

const PAIR_INTERVAL_MS = 6_000;
const PAIR_BURST = 45;
/** Above this the oldest pairs are forgotten: a memory bound, not a rule of Meta's. */
const PAIRS_REMEMBERED = 50_000;

/** Meta's throughput limits, each refused with its own code. */
export class Limits {
  readonly #recent = new Map<string, { sentAt: number[]; next: number }>();
  /** When the lent-out messages of a pair will have been paid back. */
  readonly #paidBackAt = new Map<string, number>();

  constructor(public settings: SimulatorLimits) {}

  /** @throws GraphError 130429 for the number, 131056 for the pair */
  admit(phoneNumberId: string, recipient: string, now = Date.now()): void {
    if (this.settings.pair) this.#admitPair(`${phoneNumberId} ${recipient}`, now);
    if (this.settings.messagesPerSecond !== null) {
      this.#admitNumber(phoneNumberId, this.settings.messagesPerSecond, now);
    }
  }

  reset(settings: SimulatorLimits): void {
    this.settings = settings;
    this.#recent.clear();
    this.#paidBackAt.clear();
  }

  #admitNumber(phoneNumberId: string, perSecond: number, now: number): void {
    const recent = this.#recent.get(phoneNumberId) ?? { sentAt: [], next: 0 };
    // A ring of the last `perSecond` sends: the one about to be overwritten must be a second old.
    if (now - (recent.sentAt[recent.next] ?? -Infinity) < 1000) {
      throw new GraphError(130429, 'Cloud API message throughput has been reached.');
    }
    recent.sentAt[recent.next] = now;
    recent.next = (recent.next + 1) % perSecond;
    this.#recent.set(phoneNumberId, recent);
  }

  #admitPair(pair: string, now: number): void {
    const paidBackAt = Math.max(now, this.#paidBackAt.get(pair) ?? 0) + PAIR_INTERVAL_MS;
    if (paidBackAt - now > PAIR_BURST * PAIR_INTERVAL_MS) {
      throw new GraphError(131056, 'Too many messages from this number to the same person in a short time.');
    }
    this.#paidBackAt.delete(pair); // so that the map stays ordered by last use
    this.#paidBackAt.set(pair, paidBackAt);
    if (this.#paidBackAt.size > PAIRS_REMEMBERED) {
      const [oldest] = this.#paidBackAt.keys();
      this.#paidBackAt.delete(oldest as string);
    }
  }
}
