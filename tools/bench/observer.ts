import pg from 'pg';

/** Reads what became of messages, over one connection whose own CPU time is known and left out. */
export class Observer {
  private constructor(
    private readonly client: pg.Client,
    readonly backendPid: number,
  ) {}

  static async connect(url: string): Promise<Observer> {
    const client = new pg.Client({ connectionString: url, application_name: 'bench' });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new Observer(client, rows[0]!.pid);
  }

  /** So that nothing written before the measured phase is paid for in it. */
  async checkpoint(): Promise<void> {
    await this.client.query('CHECKPOINT');
  }

  /** Those of the messages that are READ. By primary key: counting would cost more the fuller the table is. */
  async readAmong(ids: string[]): Promise<Set<string>> {
    const { rows } = await this.client.query<{ id: string }>({
      name: 'read-among',
      text: `SELECT /* bench */ id FROM whatsapp_messages WHERE id = ANY ($1::uuid[]) AND status = 'READ'`,
      values: [ids],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** A tenant's messages by status. */
  async statusesOf(tenantId: string): Promise<Map<string, number>> {
    return this.#tally('SELECT status, count(*) FROM whatsapp_messages WHERE tenant_id = $1 GROUP BY 1', [tenantId]);
  }

  /** All messages that WhatsApp took, but those of `excepted`. */
  async sentExcept(excepted: readonly string[]): Promise<number> {
    const sent = await this.#tally(
      `SELECT /* bench */ 'sent' AS status, count(*) FROM whatsapp_messages
       WHERE status IN ('SENT', 'DELIVERED', 'READ') AND tenant_id <> ALL ($1::uuid[])`,
      [excepted],
    );
    return sent.get('sent') ?? 0;
  }

  async query<T extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await this.client.query<T>(sql, parameters)).rows;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async #tally(sql: string, parameters: unknown[]): Promise<Map<string, number>> {
    const { rows } = await this.client.query<{ status: string; count: string }>(sql, parameters);
    return new Map(rows.map(({ status, count }) => [status, Number(count)]));
  }
}
