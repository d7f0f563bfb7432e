import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A process that gave no sign of life for this long may have missed deliveries. */
const STALLED_AFTER = `interval '5 seconds'`;

/** Who takes Meta's deliveries, and since when without interruption: what the witness of a lost answer rests on. */
@Injectable()
export class WebhookListenerRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** A sign of life. `interrupted`: since the last one, a delivery was sent away. */
  async beat(id: string, interrupted: boolean): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO webhook_listeners AS l (id) VALUES ($1)
       ON CONFLICT (id) DO UPDATE
       SET listening_since = CASE WHEN $2 OR l.seen_at < now() - ${STALLED_AFTER} THEN now() ELSE l.listening_since END,
           seen_at = now()`,
      [id, interrupted],
    );
  }

  /** Forgets processes that went away long ago. */
  async removeGone(): Promise<void> {
    await this.dataSource.query(`DELETE FROM webhook_listeners WHERE seen_at < now() - interval '7 days'`);
  }
}
