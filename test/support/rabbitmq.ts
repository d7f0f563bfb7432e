import { randomUUID } from 'node:crypto';

import amqp from 'amqplib';

/** What the tests of one file have of the broker for themselves. */
export interface TestBroker {
  readonly url: string;
  /** A topic exchange, declared as a publisher declares it. */
  readonly exchange: string;
  /** A free name: the consumer under test declares its queue. */
  readonly queue: string;
  /**
   * Resolves once the broker has the message. Bytes and strings go as they are, objects as JSON.
   * @throws when no queue is bound for the routing key: the message would be lost, and its test would wait for nothing
   */
  publish(body: Buffer | string | object, options?: PublishOptions): Promise<void>;
  /** Takes one message from a queue; undefined when there is none. */
  take(queue: string): Promise<TakenMessage | undefined>;
  /** Deletes the exchange and the queues. */
  close(): Promise<void>;
}

export interface PublishOptions {
  /** Default `po.approved`. */
  routingKey?: string;
  headers?: Record<string, unknown>;
}

export interface TakenMessage {
  body: Buffer;
  headers: Record<string, unknown>;
}

/**
 * Connects to the broker of this test run.
 * @param beside endings of the further queues the consumer declares (`.dead`), for `close()` to delete them as well
 * @throws when there is no broker: says what to install
 */
export async function aTestBroker({ beside = ['.dead'] } = {}): Promise<TestBroker> {
  const url = process.env.PALOMAR_TEST_RABBITMQ_URL;
  if (!url) throw new Error(process.env.PALOMAR_TEST_RABBITMQ_MISSING ?? 'Run the tests with "npm test".');

  const name = `palomar-test-${randomUUID()}`;
  const [exchange, queue] = [`${name}.events`, `${name}.po-events`];
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  const returned = new Set<unknown>();
  channel.on('return', ({ properties }) => returned.add(properties.messageId));

  return {
    url,
    exchange,
    queue,

    async publish(body, { routingKey = 'po.approved', headers } = {}) {
      const messageId = randomUUID();
      const content = Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const options = { messageId, headers, contentType: 'application/json', persistent: true, mandatory: true };
      channel.publish(exchange, routingKey, content, options);
      await channel.waitForConfirms();
      if (returned.delete(messageId)) throw new Error(`No queue is bound to ${exchange} for ${routingKey}.`);
    },

    async take(from) {
      // A channel of its own: the broker closes it when there is no such queue.
      const taking = await connection.createChannel();
      taking.on('error', () => undefined); // the call that caused it rejects
      const message = await taking.get(from, { noAck: true });
      await taking.close();
      return message ? { body: message.content, headers: message.properties.headers ?? {} } : undefined;
    },

    async close() {
      for (const one of [queue, ...beside.map((ending) => queue + ending)]) await channel.deleteQueue(one);
      await channel.deleteExchange(exchange);
      await connection.close();
    },
  };
}
