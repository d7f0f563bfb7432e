import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { preparedRows, type Statement } from '#common';

import { WINDOW_MS } from './quota.ts';

/** How much was drawn in the present window, this draw included, and how long the window lasts. */
export interface Drawn {
  total: number;
  endsInMs: number;
}

@Injectable()
export class ApiKeyQuotaRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Draws `amount` requests for this process. The database's clock tells when a window is over; the next begins here. */
  async draw(apiKeyId: string, amount: number): Promise<Drawn> {
    const [row] = await preparedRows<{ total: number; ends_in_ms: number }>(this.dataSource, DRAW, [apiKeyId, amount]);
    return { total: row!.total, endsInMs: row!.ends_in_ms };
  }
}

const NEXT_END = `now() + interval '${WINDOW_MS} milliseconds'`;
const IS_OVER = 'q.window_ends_at <= now()';

/** $1 key, $2 how many requests. */
const DRAW: Statement = {
  name: 'draw-requests',
  text: `
INSERT INTO api_key_quotas AS q (api_key_id, window_ends_at, drawn) VALUES ($1, ${NEXT_END}, $2)
ON CONFLICT (api_key_id) DO UPDATE
SET drawn = $2 + CASE WHEN ${IS_OVER} THEN 0 ELSE q.drawn END,
    window_ends_at = CASE WHEN ${IS_OVER} THEN ${NEXT_END} ELSE q.window_ends_at END
RETURNING drawn::float8 AS total, extract(epoch FROM window_ends_at - now())::float8 * 1000 AS ends_in_ms`,
};
