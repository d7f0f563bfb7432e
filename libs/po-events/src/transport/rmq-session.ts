import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type ChannelModel, type ConfirmChannel, connect, type ConsumeMessage, type Options } from 'amqplib';

import { newId } from '#common';

export interface RmqOptions {
  url: string;
  /** Topic exchange, durable. */
  exchange: string;
  /** Quorum queue; what can never succeed goes to `<queue>.dead`. */
  queue: string;
  routingKeys: readonly string[];
  /** Events taken from the broker and not answered yet. */
  prefetch: number;
}

const HEARTBEAT_S = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const GOODBYE_MS = 5_000;
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

/** One connection that consumes the queue, from connecting until it ends for whatever reason. */
export class RmqSession {
  /** Resolves with the reason when the broker cancels the consumer, closes the channel or goes away, or we close. */
  readonly ended: Promise<string>;
  private readonly unroutable = new Set<string>();
  private end: (reason: string) => void;
  private consumerTag = '';
  private over = false;
  private leaving: Promise<void> | undefined;

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly options: RmqOptions,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = (reason) => {
        this.over = true;
        resolve(reason);
      };
    });
    connection.on('error', (cause) => this.end(cause.message));
    connection.on('close', () => this.end('the connection was closed'));
    channel.on('error', (cause) => this.end(cause.message));
    channel.on('close', () => this.end('the channel was closed'));
    channel.on('return', ({ properties }) => this.unroutable.add(String(properties.messageId)));
  }

  /** Connects, declares what must be there, and consumes. Rejects when any of it fails; nothing stays open then. */
  static async open(
    options: RmqOptions,
    onMessage: (message: ConsumeMessage, session: RmqSession) => void,
  ): Promise<RmqSession> {
    const url = new URL(options.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const connection = await connect(url.href, { timeout: CONNECT_TIMEOUT_MS });
    // A fault while declaring ends the connection, too; it must not end the process.
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      const session = new RmqSession(connection, channel, options);
      await session.declare();
      await session.consume(onMessage);
      return session;
    } catch (cause) {
      await leave(connection);
      throw cause;
    }
  }

  get isOver(): boolean {
    return this.over;
  }

  /** A channel that is gone cannot ack any more; the broker delivers the message again, and the inbox knows it. */
  ack(message: ConsumeMessage): void {
    if (!this.over) this.channel.ack(message);
  }

  /** Resolves when the broker has the message in the dead-letter queue; rejects when it took it nowhere. */
  async publishDead(
    body: Buffer,
    headers: Record<string, unknown>,
    { contentType, contentEncoding }: Options.Publish,
  ): Promise<void> {
    const messageId = newId();
    const sent = { persistent: true, mandatory: true, messageId, contentType, contentEncoding, headers };
    await promisify<unknown>((done) => this.channel.publish('', deadQueueOf(this.options.queue), body, sent, done))();
    // The broker returns an unroutable message before it confirms it.
    if (this.unroutable.delete(messageId)) throw new Error(`the queue ${deadQueueOf(this.options.queue)} is not there`);
  }

  /** No more messages come; those at hand can still be acked. */
  async stopConsuming(): Promise<void> {
    if (!this.over) await this.channel.cancel(this.consumerTag).catch(() => undefined);
  }

  /** The broker gets back what was not acked. */
  close(): Promise<void> {
    this.end('we closed it');
    return (this.leaving ??= leave(this.connection, this.channel));
  }

  private async declare(): Promise<void> {
    const { exchange, queue, routingKeys, prefetch } = this.options;
    await this.channel.assertExchange(exchange, 'topic', { durable: true });
    await this.channel.assertQueue(deadQueueOf(queue), QUORUM);
    await this.channel.assertQueue(queue, QUORUM);
    for (const key of routingKeys) await this.channel.bindQueue(queue, exchange, key);
    await this.channel.prefetch(prefetch);
  }

  private async consume(onMessage: (message: ConsumeMessage, session: RmqSession) => void): Promise<void> {
    const { consumerTag } = await this.channel.consume(
      this.options.queue,
      (message) => {
        if (message) onMessage(message, this);
        else this.end('the broker cancelled the consumer; the queue may be gone');
      },
      { noAck: false },
    );
    this.consumerTag = consumerTag;
  }
}

export function deadQueueOf(queue: string): string {
  return `${queue}.dead`;
}

/**
 * The channel first: the connection's own goodbye may overtake acks that were just written. A connection that breaks
 * meanwhile never answers a goodbye, it only says that it is closed; one that hangs does not even that.
 */
async function leave(connection: ChannelModel, channel?: ConfirmChannel): Promise<void> {
  const broken = new Promise<void>((resolve) => connection.once('close', resolve));
  const goodbye = async (): Promise<void> => {
    await channel?.close().catch(() => undefined);
    await connection.close().catch(() => undefined);
  };
  await Promise.race([goodbye(), broken, pause(GOODBYE_MS, undefined, { ref: false })]);
}
