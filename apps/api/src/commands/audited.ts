import { type AuditActor, AuditTrail, type NewAuditEntry } from '#audit';
import { ClientAddress, type JointDataSource } from '#common';

const COMMAND_LINE: AuditActor = { kind: 'environment', id: null, name: 'command line' };

type Told = Omit<NewAuditEntry, 'actor' | 'action' | 'outcome' | 'code'>;

const trail = new AuditTrail(new ClientAddress());

/** Does what a command changes in our database, and writes it down: both, or neither. */
export async function audited<T>(
  dataSource: JointDataSource,
  action: string,
  work: () => Promise<T>,
  tell: (result: T) => Promise<Told> | Told,
): Promise<T> {
  return dataSource.inTransaction(async (tx) => {
    const result = await work();
    await trail.record(tx, { ...(await tell(result)), actor: COMMAND_LINE, action });
    return result;
  });
}

/** The same for what is done elsewhere, or too long for a transaction: an entry before it, and one after it. */
export async function auditedOutside<T>(
  dataSource: JointDataSource,
  action: string,
  told: Told,
  work: () => Promise<T>,
): Promise<T> {
  const entry = { ...told, actor: COMMAND_LINE, action };
  await trail.record(dataSource, { ...entry, outcome: 'begun' });
  try {
    const result = await work();
    await trail.record(dataSource, entry);
    return result;
  } catch (cause) {
    await trail.record(dataSource, { ...entry, outcome: 'failed' });
    throw cause;
  }
}
