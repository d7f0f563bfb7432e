import { setTimeout as pause } from 'node:timers/promises';

import type { Ledgers } from '../ledgers.ts';
import type { World } from '../world/world.ts';
import { ChaosClient } from './client.ts';
import type { Lane, Planned } from './plan.ts';
import { ChaosPublisher } from './publisher.ts';

const POLL_MS = 5;

/** Callers and publishers at work. */
export class Load {
  readonly done: Promise<void>;
  private answered = 0;
  readonly total: number;

  constructor(lanes: readonly Lane[], { url, broker }: World, tenantId: string, ledgers: Ledgers) {
    this.total = lanes.flat().length;
    const client = new ChaosClient(url, tenantId, ledgers.client);
    const publisher = new ChaosPublisher({ ...broker, tenantId }, ledgers.publisher);
    this.done = Promise.all(lanes.map((lane) => this.work(lane, client, publisher))).then(() => publisher.close());
  }

  /** Resolves when this share of the requests was answered; 0 at once. */
  async reached(share: number): Promise<void> {
    while (this.answered < share * this.total) await pause(POLL_MS);
  }

  private async work(lane: Lane, client: ChaosClient, publisher: ChaosPublisher): Promise<void> {
    for (const submission of lane) {
      await pause(submission.pauseMs);
      if (submission.via === 'po-event') await publisher.publish(submission.messages[0] as Planned);
      else await client.submit(submission);
      this.answered += 1;
    }
  }
}
