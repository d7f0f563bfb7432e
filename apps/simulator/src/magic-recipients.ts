import { GraphError } from './graph-error.ts';

/** What becomes of an accepted message: the statuses it will get, and the code when the last one is `failed`. */
export interface Fate {
  statuses: readonly ('sent' | 'delivered' | 'read' | 'failed')[];
  errorCode?: number;
}

const ATTEMPTS_REFUSED = 2;
const DELIVERED: Fate = { statuses: ['sent', 'delivered', 'read'] };

/** Fates by the last four digits of the recipient. */
const FATES: Record<string, Fate> = {
  '0026': { statuses: ['failed'], errorCode: 131026 },
  '0047': { statuses: ['failed'], errorCode: 131047 },
  '0000': { statuses: [] },
};

/** Recipients refused at first, then accepted. */
const REFUSALS: Record<string, number> = { '0429': 130429, '0500': 131016 };

/** Numbers with a fixed behaviour, so that a test or a demo chooses the outcome by the number it writes to. */
export class MagicRecipients {
  readonly #refused = new Map<string, number>();

  /** @throws GraphError for the first attempts to …0429 (throttled) and …0500 (outage) */
  admit(recipient: string): Fate {
    const ending = recipient.slice(-4);
    const code = REFUSALS[ending];
    if (code !== undefined) this.#refuseAtFirst(recipient, code);
    return FATES[ending] ?? DELIVERED;
  }

  reset(): void {
    this.#refused.clear();
  }

  #refuseAtFirst(recipient: string, code: number): void {
    const refused = this.#refused.get(recipient) ?? 0;
    if (refused >= ATTEMPTS_REFUSED) return;
    this.#refused.set(recipient, refused + 1);
    throw new GraphError(code, `Attempt ${refused + 1} to this recipient is refused by agreement`);
  }
}
