import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server, Transport } from '@nestjs/microservices';
import type { ConsumeMessage } from 'amqplib';
import { lastValueFrom } from 'rxjs';

import { type RmqOptions, RmqSession } from './rmq-session.ts';
import { Settlement, type SettlementPorts } from './settlement.ts';

/** Every event of the queue comes to the one handler of this pattern: what its type means is decided there. */
export const PO_EVENT_PATTERN = 'po-event';

export interface PoRmqOptions extends RmqOptions, Pick<SettlementPorts, 'recordDeadLetter'> {
  patience?: Patience;
}

/** How a passing fault, of the broker or of the handler, is waited out. */
export interface Patience {
  /** The pause after the first failure; it doubles with each further one. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How long an event is kept in hand before it is given back to the broker. */
  longestHoldMs: number;
}

/** RabbitMQ takes a message back that was not acked for 30 minutes, and the channel with it; we come before. */
const PATIENCE: Patience = { firstPauseMs: 1_000, longestPauseMs: 60_000, longestHoldMs: 1_200_000 };
const DRAIN_MS = 25_000;

/**
 * Nest's RabbitMQ transport made safe (docs/adr/0007): an event is acked only when its outcome is durable, poison goes
 * to the dead-letter queue at once, a passing fault is waited out with the event in hand, and the broker may be away at
 * start or later.
 */
export class PoRmqServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.RMQ;
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger(PoRmqServer.name);
  private readonly patience: Patience;
  private readonly stopped = new AbortController();
  private readonly atWork = new Set<Promise<void>>();
  private session: RmqSession | undefined;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: PoRmqOptions) {
    super();
    this.patience = options.patience ?? PATIENCE;
    // As many wait as events are in hand: no leak, which is what Node takes more than ten for.
    setMaxListeners(0, this.stopped.signal);
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
    await Promise.race([this.drain(), pause(DRAIN_MS, undefined, { ref: false })]);
    await this.session?.close();
    await this.loop;
  }

  override on(): never {
    throw new Error('This transport has no events to listen to; see `connected`.');
  }

  override unwrap<T>(): T {
    return this.session as T;
  }

  private async drain(): Promise<void> {
    await this.session?.stopConsuming();
    await Promise.all(this.atWork);
  }

  private async keepConsuming(): Promise<void> {
    for (let failures = 0; !this.stopped.signal.aborted; failures++) {
      try {
        this.session = await RmqSession.open(this.options, (message, session) => this.take(message, session));
        // Stopped while it connected: `close()` has not seen this one.
        if (this.stopped.signal.aborted) return await this.session.close();
        this.logger.log({ message: 'Consuming purchase-order events', queue: this.options.queue });
        failures = 0;
        const reason = await this.session.ended;
        await this.session.close();
        if (!this.stopped.signal.aborted)
          this.logger.warn({ message: 'RabbitMQ connection ended; connecting again', reason });
      } catch (cause) {
        this.logger.warn({ message: 'RabbitMQ not usable; tried again', reason: explain(cause) });
      }
      await this.rest(failures);
    }
  }

  private take(message: ConsumeMessage, session: RmqSession): void {
    if (this.stopped.signal.aborted) return; // not acked: the broker delivers it again, to another
    const work = this.settle(message, session).finally(() => this.atWork.delete(work));
    this.atWork.add(work);
  }

  /**
   * Repeats until the outcome is durable, the connection is over or the server stops. Nothing is requeued: the broker
   * would deliver it again at once, thousands of times.
   */
  private async settle(message: ConsumeMessage, session: RmqSession): Promise<void> {
    const { recordDeadLetter } = this.options;
    const settlement = new Settlement(message, session, { handle: (event) => this.handle(event), recordDeadLetter });
    for (let failures = 0; !session.isOver; failures++) {
      try {
        return await settlement.run();
      } catch (cause) {
        this.logger.warn({ message: 'PO event not settled; tried again', failures: failures + 1, err: cause });
      }
      if (this.stopped.signal.aborted) return;
      // Closing gives everything at hand back to the broker, and the loop connects again.
      if (Date.now() - settlement.receivedAt.getTime() > this.patience.longestHoldMs) return session.close();
      await this.rest(failures);
    }
  }

  private async handle(event: object): Promise<void> {
    const handler = this.getHandlerByPattern(PO_EVENT_PATTERN) as MessageHandler;
    await lastValueFrom(this.transformToObservable(await handler(event)), { defaultValue: undefined });
  }

  private async rest(failures: number): Promise<void> {
    const { firstPauseMs, longestPauseMs } = this.patience;
    // Never the same for all, so that replicas and events do not come back in step.
    const ms = Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.8 + Math.random() * 0.4);
    await pause(ms, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}

/** A queue or exchange that exists with other arguments cannot be changed by us; the operator can. */
function explain(cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: string };
  if (code !== 406) return message || String(code ?? cause);
  return `${message}. It exists with other arguments: delete it once it is empty, or choose another PO_EVENTS_QUEUE or PO_EVENTS_EXCHANGE.`;
}
