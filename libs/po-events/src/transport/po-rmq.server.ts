import { setTimeout as pause } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server, Transport } from '@nestjs/microservices';
import type { ConsumeMessage } from 'amqplib';
import { lastValueFrom } from 'rxjs';

import { type DeadLetter, PermanentEventError } from './dead-letter.ts';
import { readEvent } from './po-event.deserializer.ts';
import { type RmqOptions, RmqSession } from './rmq-session.ts';

/** Every event of the queue comes to the one handler of this pattern: what its type means is decided there. */
export const PO_EVENT_PATTERN = 'po-event';

export interface PoRmqOptions extends RmqOptions {
  /** Makes a bad event durable before it is acked. */
  recordDeadLetter: (letter: DeadLetter) => Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** RabbitMQ takes a message back that was not acked for 30 minutes, and the channel with it; we come before. */
const LONGEST_HOLD_MS = 600_000;
const DRAIN_MS = 25_000;
const MAX_DETAIL = 500;

/**
 * Nest's RabbitMQ transport made safe (docs/adr/0007): an event is acked only when its outcome is durable, poison goes
 * to the dead-letter queue at once, a passing fault is waited out with the event in hand, and the broker may be away at
 * start or later.
 */
export class PoRmqServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.RMQ;
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger(PoRmqServer.name);
  private readonly stopped = new AbortController();
  private readonly atWork = new Set<Promise<void>>();
  private session: RmqSession | undefined;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: PoRmqOptions) {
    super();
  }

  /** True while the queue is consumed. */
  get connected(): boolean {
    return this.session !== undefined && !this.session.isOver;
  }

  /** Answers at once: the broker may be down for hours while HTTP serves. */
  listen(callback: () => void): void {
    this.loop = this.keepConsuming();
    callback();
  }

  /** Takes nothing new, lets the handlers at work finish and ack, and disconnects. What is not acked comes again. */
  async close(): Promise<void> {
    this.stopped.abort();
    await this.session?.stopConsuming();
    await Promise.race([Promise.all(this.atWork), pause(DRAIN_MS, undefined, { ref: false })]);
    await this.session?.close();
    await this.loop;
  }

  override on(): never {
    throw new Error('This transport has no events to listen to; see `connected`.');
  }

  override unwrap<T>(): T {
    return this.session as T;
  }

  private async keepConsuming(): Promise<void> {
    for (let delay = FIRST_PAUSE_MS; !this.stopped.signal.aborted; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        this.session = await RmqSession.open(this.options, (message, session) => this.take(message, session));
        this.logger.log({ message: 'Consuming purchase-order events', queue: this.options.queue });
        delay = FIRST_PAUSE_MS / 2;
        const reason = await this.session.ended;
        await this.session.close();
        if (!this.stopped.signal.aborted)
          this.logger.warn({ message: 'RabbitMQ connection ended; connecting again', reason });
      } catch (cause) {
        this.logger.warn({ message: 'RabbitMQ not usable; tried again', reason: explain(cause), retryInMs: delay });
      }
      await this.rest(delay);
    }
  }

  private take(message: ConsumeMessage, session: RmqSession): void {
    const work = this.settle(message, session).finally(() => this.atWork.delete(work));
    this.atWork.add(work);
  }

  /**
   * Repeats until the outcome is durable, the connection is over or the server stops. Nothing is requeued: the broker
   * would deliver it again at once, thousands of times.
   */
  private async settle(message: ConsumeMessage, session: RmqSession): Promise<void> {
    const receivedAt = new Date();
    const steps = new Settlement(message, receivedAt, session, this.options, (event) => this.handle(event));
    for (let delay = FIRST_PAUSE_MS; !session.isOver; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
      try {
        return await steps.run();
      } catch (cause) {
        this.logger.warn({ message: 'PO event not settled; tried again', retryInMs: delay, err: cause });
      }
      if (this.stopped.signal.aborted) return;
      // Closing gives everything at hand back to the broker, and the loop connects again.
      if (Date.now() - receivedAt.getTime() > LONGEST_HOLD_MS) return session.close();
      await this.rest(delay);
    }
  }

  private async handle(event: object): Promise<void> {
    const handler = this.getHandlerByPattern(PO_EVENT_PATTERN) as MessageHandler;
    await lastValueFrom(this.transformToObservable(await handler(event)), { defaultValue: undefined });
  }

  private async rest(ms: number): Promise<void> {
    await pause(ms * (0.8 + Math.random() * 0.4), undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}

/** The way of one event to its ack. Steps that are done are not repeated when a later one fails. */
class Settlement {
  private refusal: PermanentEventError | undefined;
  private recorded = false;

  constructor(
    private readonly message: ConsumeMessage,
    private readonly receivedAt: Date,
    private readonly session: RmqSession,
    private readonly options: PoRmqOptions,
    private readonly handle: (event: object) => Promise<void>,
  ) {}

  async run(): Promise<void> {
    if (!this.refusal) await this.tryToHandle();
    if (this.refusal) await this.bury(this.refusal);
    this.session.ack(this.message);
  }

  private async tryToHandle(): Promise<void> {
    try {
      await this.handle(readEvent(this.message.content));
    } catch (cause) {
      if (!(cause instanceof PermanentEventError)) throw cause;
      this.refusal = cause;
    }
  }

  private async bury({ reason, detail }: PermanentEventError): Promise<void> {
    const { content: body, fields, properties } = this.message;
    const headers = { ...properties.headers };
    if (!this.recorded) {
      const { routingKey } = fields;
      await this.options.recordDeadLetter({ body, reason, detail, routingKey, headers, receivedAt: this.receivedAt });
      this.recorded = true;
    }
    const told = {
      ...headers,
      'x-palomar-reason': reason,
      'x-palomar-detail': detail.slice(0, MAX_DETAIL),
      'x-palomar-routing-key': fields.routingKey,
    };
    await this.session.publishDead(body, told, properties);
  }
}

/** A queue or exchange that exists with other arguments cannot be changed by us; the operator can. */
function explain(cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: string };
  if (code !== 406) return message || String(code ?? cause);
  return `${message}. It exists with other arguments: delete it once it is empty, or choose another PO_EVENTS_QUEUE or PO_EVENTS_EXCHANGE.`;
}
