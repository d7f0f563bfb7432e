import type { AdminLine, Ledger } from './ledgers.ts';
import { ADMIN_KEY, type World } from './world/world.ts';

const ROUTES = '/api/v1/whatsapp';

/** A person who watches, and does what is left to people. Everything is written down. */
export class ChaosAdmin {
  constructor(
    private readonly world: World,
    private readonly ledger: Ledger<AdminLine>,
  ) {}

  /** Has an unconfirmed message sent again, knowing that it may be the second time. */
  async acceptRisk(messageId: string, reference: string): Promise<void> {
    const at = Date.now(); // it may be on its way before we are answered
    const status = await this.post(`/messages/${messageId}/retry`, { accept_duplicate_risk: true });
    this.ledger.write({ at, kind: 'accept-risk', messageId, reference, status });
  }

  /** In Meta's place: a status of this message comes after all. */
  async report(wamid: string, reference: string): Promise<void> {
    this.ledger.write({ at: Date.now(), kind: 'report-status', wamid, reference });
    await this.world.simulator.sendStatus(wamid, 'sent');
  }

  /** What Meta stopped goes on: an operator put it right. */
  async releaseHolds(): Promise<void> {
    const answer = await fetch(`${this.world.url}${ROUTES}/holds`, { headers: HEADERS });
    const { data } = (await answer.json()) as { data: { id: string; released_at: string | null }[] };
    for (const { id } of data.filter((hold) => hold.released_at === null)) {
      const status = await this.post(`/holds/${id}/release`, {});
      this.ledger.write({ at: Date.now(), kind: 'release-hold', holdId: id, status });
    }
  }

  private async post(route: string, body: object): Promise<number> {
    const init = { method: 'POST', headers: HEADERS, body: JSON.stringify(body) };
    return (await fetch(this.world.url + ROUTES + route, init)).status;
  }
}

const HEADERS = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
