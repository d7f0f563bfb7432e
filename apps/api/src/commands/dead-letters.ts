import 'reflect-metadata';

import { type AppConfig, AppError, isUuid } from '#common';
import { PoDeadLetterRepository, replayDeadLetters } from '#po-events';

import { UsageError } from '../explain-failure.ts';
import { auditedOutside } from './audited.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Purchase-order events that could not be taken, with the reason.
Usage:
  npm run dead-letters -- list [--limit 100]
  npm run dead-letters -- replay <id>
  npm run dead-letters -- replay --all     all that were never replayed`;

const OPTIONS = {
  all: { type: 'boolean', default: false },
  limit: { type: 'string', default: '100' },
} as const;

await withDatabase(async (dataSource, config) => {
  const letters = new PoDeadLetterRepository(dataSource);
  const { action, id, all, limit } = readCommand();
  if (action === 'list') return list(letters, limit);
  if (action !== 'replay' || all === (id !== undefined)) throw new UsageError(USAGE);
  if (id !== undefined && !isUuid(id)) throw new UsageError(`"${String(id)}" is no id; "list" shows the ids.`);
  const ids = id === undefined ? await letters.findWaitingIds() : [id];
  const told = { tenantId: null, objectId: id ?? null, after: { events: ids.length } };
  await auditedOutside(dataSource, 'dead-letter.replayed', told, () => replay(letters, ids, config));
  print(ids.length === 1 ? '1 event is in the queue again.' : `${ids.length} events are in the queue again.`);
});

function readCommand(): { action: string | undefined; id: string | undefined; all: boolean; limit: number } {
  const { values, positionals } = readArguments(OPTIONS, USAGE);
  const [action, id, ...more] = positionals;
  const limit = Number(values.limit);
  if (more.length > 0 || !Number.isInteger(limit) || limit < 1) throw new UsageError(USAGE);
  return { action, id, all: values.all, limit };
}

async function list(letters: PoDeadLetterRepository, limit: number): Promise<void> {
  const lines = (await letters.list(limit)).map(({ id, receivedAt, reason, detail, replayedAt }) =>
    [
      id,
      receivedAt.toISOString(),
      reason,
      oneLine(detail),
      replayedAt ? `replayed ${replayedAt.toISOString()}` : 'waiting',
    ].join('  '),
  );
  print(...(lines.length > 0 ? lines : ['There are no dead letters.']));
}

async function replay(letters: PoDeadLetterRepository, ids: string[], config: AppConfig): Promise<void> {
  const { url } = config.rabbitmq;
  if (!url) throw new UsageError('RABBITMQ_URL is not set: it says which broker has the queue to replay into.');
  try {
    await replayDeadLetters(letters, ids, { url, queue: config.poEvents.queue });
  } catch (cause) {
    if (cause instanceof AppError) throw new UsageError(cause.message);
    const { message, code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `Not every event is in the queue again: ${message || code}. Look whether RabbitMQ runs at ${new URL(url).host} and RABBITMQ_URL is right; then replay again, what is done is marked.`,
    );
  }
}

/** A detail quotes the event, which may hold anything. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200);
}
