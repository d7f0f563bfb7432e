import 'reflect-metadata';

import { isUuid } from '#common';
import { type ArchiveFilter, WebhookArchiveRepository } from '#messages';

import { UsageError } from '../explain-failure.ts';
import { auditedOutside } from './audited.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Deliveries from Meta, as they were stored. Applying one again changes nothing that it said already.
Usage:
  npm run webhook-deliveries -- list [--set-aside] [--from <time>] [--to <time>] [--limit 100]
  npm run webhook-deliveries -- replay <id>
  npm run webhook-deliveries -- replay --from <time> [--to <time>] [--set-aside]
Times are such as 2026-11-26T09:00:00Z; --set-aside means only those with items that could not be applied.`;

const OPTIONS = {
  'set-aside': { type: 'boolean', default: false },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string', default: '100' },
} as const;

await withDatabase(async (dataSource) => {
  const archive = new WebhookArchiveRepository(dataSource);
  const { action, id, filter, limit } = readCommand();
  if (action === 'list' && id === undefined) return list(archive, filter, limit);
  if (action !== 'replay' || (id === undefined) === (filter.from === undefined)) throw new UsageError(USAGE);
  if (id !== undefined && !isUuid(id)) throw new UsageError(`"${String(id)}" is no id; "list" shows the ids.`);
  const told = { tenantId: null, objectId: id ?? null, after: id === undefined ? filter : null };
  const count = await auditedOutside(dataSource, 'webhook-delivery.replayed', told, () =>
    id === undefined ? archive.replayAll(filter) : archive.replay([id]),
  );
  if (count === 0) throw new UsageError('There is no such delivery; nothing was replayed.');
  print(count === 1 ? '1 delivery is in the queue again.' : `${count} deliveries are in the queue again.`);
});

function readCommand(): { action: string | undefined; id: string | undefined; filter: ArchiveFilter; limit: number } {
  const { values, positionals } = readArguments(OPTIONS, USAGE);
  const [action, id, ...more] = positionals;
  const limit = Number(values.limit);
  if (more.length > 0 || !Number.isInteger(limit) || limit < 1) throw new UsageError(USAGE);
  const [from, to] = [readTime(values.from), readTime(values.to)];
  const filter = {
    ...(values['set-aside'] && { state: 'set-aside' as const }),
    ...(from && { from }),
    ...(to && { to }),
  };
  return { action, id, filter, limit };
}

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageError(`"${text}" is no time such as 2026-11-26T09:00:00Z.`);
  return time;
}

async function list(archive: WebhookArchiveRepository, filter: ArchiveFilter, limit: number): Promise<void> {
  const lines = (await archive.list(filter, limit)).map(({ id, receivedAt, bytes, state, setAside }) =>
    [
      id,
      receivedAt.toISOString(),
      `${bytes} bytes`,
      state,
      ...(setAside > 0 ? [`${setAside} items set aside`] : []),
    ].join('  '),
  );
  print(...(lines.length > 0 ? lines : ['There are no such deliveries.']));
}
