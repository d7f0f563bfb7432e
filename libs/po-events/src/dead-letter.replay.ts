import { promisify } from 'node:util';

import { type ConfirmChannel, connect } from 'amqplib';

import { newId, NotFoundError } from '#common';

import type { PoDeadLetterRepository } from './po-dead-letter.repository.ts';
import type { RmqOptions } from './transport/rmq-session.ts';

/**
 * Publishes dead letters to the main queue again, byte for byte, one by one; each is marked once the broker has it. An
 * event that was taken meanwhile is a duplicate, one that is still bad becomes a dead letter anew.
 * @throws NotFoundError for an id that is none; Error when the broker cannot be reached or the queue is not there
 */
export async function replayDeadLetters(
  letters: PoDeadLetterRepository,
  ids: readonly string[],
  { url, queue }: Pick<RmqOptions, 'url' | 'queue'>,
): Promise<void> {
  const connection = await connect(url);
  connection.on('error', () => undefined); // the call under way rejects
  try {
    const channel = await connection.createConfirmChannel();
    for (const id of ids) {
      const letter = await letters.findById(id);
      if (!letter) throw new NotFoundError('dead letter', id);
      await publish(channel, queue, letter.body, { 'x-palomar-replay-of': id });
      await letters.markReplayed(id);
    }
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function publish(channel: ConfirmChannel, queue: string, body: Buffer, headers: object): Promise<void> {
  let returned = false;
  channel.once('return', () => (returned = true));
  const options = { persistent: true, mandatory: true, messageId: newId(), contentType: 'application/json', headers };
  await promisify<unknown>((done) => channel.publish('', queue, body, options, done))();
  // The broker returns an unroutable message before it confirms it.
  if (returned)
    throw new Error(`There is no queue ${queue}; start Palomar once with this RABBITMQ_URL, it declares the queue.`);
  channel.removeAllListeners('return');
}
