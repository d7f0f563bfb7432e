import pg from 'pg';

/**
 * A connection that PostgreSQL cuts in the instant it is handed out has no other listener yet, and without one its
 * `error` would end the process. Whoever got it is told by their first query.
 */
export class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
