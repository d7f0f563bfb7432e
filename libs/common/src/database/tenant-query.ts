import pg from 'pg';

/** Prepared on every connection of tenants, so that only the value travels with a statement. */
export const ENTER_TENANT = {
  name: 'enter-tenant',
  text: `SELECT set_config('palomar.tenant_id', $1, true)`,
};

type Callback = (error: Error | null, result?: unknown) => void;

/** What pg's queries do on the wire and its types leave out; pg-cursor and pg-query-stream live by the same methods. */
interface WireQuery extends pg.Submittable {
  callback: Callback | undefined;
  queryMode: string | undefined;
  prepare(connection: pg.Connection): void;
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: pg.Connection): void;
}
export type QueryArguments = [config: string | pg.QueryConfig, values?: unknown, callback?: Callback];
const WireQuery = pg.Query as unknown as new (...query: QueryArguments) => WireQuery;

/**
 * A statement that names its tenant first. Both go to PostgreSQL at once and are one transaction there: the name costs no
 * round trip, holds for a transaction that the statement begins, and is forgotten with it.
 */
export class TenantQuery extends WireQuery {
  private entered = false;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly tenantId: string,
    ...query: QueryArguments
  ) {
    super(...query);
    // The simple protocol has no values.
    this.queryMode = 'extended';
  }

  override prepare(connection: pg.Connection): void {
    // Inside a transaction, the statement that began it said so.
    this.entered = this.client.getTransactionStatus() !== 'I';
    if (!this.entered) {
      connection.bind({ statement: ENTER_TENANT.name, values: [this.tenantId] }, true);
      connection.execute({}, true);
    }
    super.prepare(connection);
  }

  override handleDataRow(message: object): void {
    if (this.entered) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: pg.Connection): void {
    if (this.entered) super.handleCommandComplete(message, connection);
    else this.entered = true;
  }
}
