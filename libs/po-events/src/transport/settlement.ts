import { Logger } from '@nestjs/common';
import type { ConsumeMessage } from 'amqplib';

import { AppError, isPassingDatabaseFault } from '#common';

import { type DeadLetter, PermanentEventError } from './dead-letter.ts';
import { readEvent } from './po-event.deserializer.ts';
import type { RmqSession } from './rmq-session.ts';

/** What an event needs on its way. */
export interface SettlementPorts {
  handle: (event: object) => Promise<void>;
  /** Makes a bad event durable before it is acked. */
  recordDeadLetter: (letter: DeadLetter) => Promise<void>;
}

/** With the pauses between them four minutes: a fault of our own code must not hold an event, and its place, for ever. */
const UNFORESEEN_FAULTS = 10;
const MAX_DETAIL = 500;
/** The publisher's headers go along up to here; the client cannot write more than 64 KB. */
const MAX_HEADERS = 16 * 1024;

/** The way of one event to its ack. Steps that are done are not repeated when a later one fails. */
export class Settlement {
  private readonly logger = new Logger(Settlement.name);
  readonly receivedAt = new Date();
  private handled = false;
  private unforeseen = 0;
  private refusal: PermanentEventError | undefined;
  private recorded = false;

  constructor(
    private readonly message: ConsumeMessage,
    private readonly session: RmqSession,
    private readonly ports: SettlementPorts,
  ) {}

  /** Rejects with what keeps the event from its outcome; it is called again later. */
  async run(): Promise<void> {
    if (!this.handled) await this.tryToHandle();
    if (this.refusal) await this.bury(this.refusal);
    this.session.ack(this.message);
  }

  private async tryToHandle(): Promise<void> {
    try {
      await this.ports.handle(readEvent(this.message.content));
    } catch (cause) {
      this.refusal = this.refusalOf(cause);
      if (!this.refusal) throw cause;
    }
    this.handled = true;
  }

  /** Undefined: later it may succeed. */
  private refusalOf(cause: unknown): PermanentEventError | undefined {
    if (cause instanceof PermanentEventError) return cause;
    const passing = cause instanceof AppError || isPassingDatabaseFault(cause);
    if (passing || ++this.unforeseen < UNFORESEEN_FAULTS) return undefined;
    return new PermanentEventError(
      'handling-failed',
      `It failed ${this.unforeseen} times, at last by: ${String(cause)}`,
    );
  }

  private async bury({ reason, detail }: PermanentEventError): Promise<void> {
    const { content: body, fields, properties } = this.message;
    const { routingKey } = fields;
    const headers = { ...properties.headers };
    if (!this.recorded) {
      const { receivedAt } = this;
      await this.ports.recordDeadLetter({ body, reason, detail, routingKey, headers, receivedAt });
      this.recorded = true;
      // Not the detail: it quotes the event.
      this.logger.warn({ message: 'PO event rejected; "npm run dead-letters -- list" says why', reason, routingKey });
    }
    const told = {
      ...passedOn(headers),
      'x-palomar-reason': reason,
      'x-palomar-detail': detail.slice(0, MAX_DETAIL),
      'x-palomar-routing-key': routingKey,
    };
    await this.session.publishDead(body, told, properties);
  }
}

/** Without CC and BCC, by which RabbitMQ would deliver the dead letter to other queues as well. */
function passedOn({ CC: _cc, BCC: _bcc, ...headers }: Record<string, unknown>): Record<string, unknown> {
  return JSON.stringify(headers).length > MAX_HEADERS ? {} : headers;
}
