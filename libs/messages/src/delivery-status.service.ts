import { isDeepStrictEqual } from 'node:util';

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { countryOf } from '#common';

import { type AttemptRef, readAttemptRef } from './attempt-ref.ts';
import { advance, type DeliveryReport } from './delivery-progress.ts';
import { DeliveryStatusRepository, type StatusChanges, type TrackedMessage } from './delivery-status.repository.ts';
import type { ReportedStatus } from './delivery-status.ts';
import type { MessagePricing } from './entities/whatsapp-message.entity.ts';
import { isErasedKey } from './erasure/erased-people.ts';
import { useFallbacks, WINDOW_CLOSED } from './message-fallbacks.ts';

/** One status of one message, as Meta reports it. */
export interface StatusEvent extends Omit<DeliveryReport, 'status'> {
  /** Meta's word for it in lower case, such as `played`: what its line on the timeline is called. */
  type: string;
  /** Where it moves the message; null: nowhere, it is only kept. */
  status: ReportedStatus | null;
  /** In groups: whose status it is. Each participant has a line, also within one second. */
  participant: string | null;
  whatsappMessageId: string;
  phoneNumberId: string;
  /** What Meta echoes from `biz_opaque_callback_data`: which attempt of which message, where it was ours. */
  opaque: string | null;
  /** Of a delivered or read message: charges are made on delivery, what `sent` says is a forecast. */
  pricing: MessagePricing | null;
  /** Pricing, conversation, errors…: kept on the timeline. */
  details: Record<string, unknown>;
}

/** Whose message a status is about. */
export type StatusTarget = Pick<TrackedMessage, 'id' | 'tenantId' | 'contactKey'>;

/** A status whose message is known. */
interface Matched {
  event: StatusEvent;
  message: TrackedMessage;
  /** Undefined where only the wamid told the message. */
  attempt: number | undefined;
}

@Injectable()
export class DeliveryStatusService {
  constructor(private readonly statuses: DeliveryStatusRepository) {}

  /**
   * Applies statuses to their messages and timelines, inside the caller's transaction; answers for each its message, if
   * that is known. It is found by our own reference first, because the message is older than the send: a status that
   * overtakes the send's answer is no race. Any order and any repetition gives the same result.
   */
  async apply(tx: EntityManager, events: StatusEvent[]): Promise<(StatusTarget | undefined)[]> {
    const matched = (await this.match(tx, events)).map((one) => one && withoutPerson(one));
    const known = matched.filter((one) => one !== undefined);
    const changed = new Set<TrackedMessage>();
    for (const { event, message, attempt } of known) {
      const progress = progressOf(message, event, attempt);
      // A redelivery leaves the row as it is, `updated_at` too.
      if (stands(progress, message)) continue;
      Object.assign(message, progress);
      changed.add(message);
    }
    const witnesses = latestOfEachNumber(known.filter(isOfLastAttempt).map(({ message }) => message));
    await this.statuses.write(tx, { lines: known.map(toLine), messages: [...changed], witnesses });
    await useFallbacks(
      tx,
      known.filter(isOutOfWindow).map(({ message }) => message.id),
    );
    return matched.map((one) => one?.message);
  }

  private async match(tx: EntityManager, events: StatusEvent[]): Promise<(Matched | undefined)[]> {
    const refs = events.map(({ opaque }) => readAttemptRef(opaque));
    const unnamed = events.filter((_, index) => !refs[index]).map(({ whatsappMessageId }) => whatsappMessageId);
    const ids = refs.filter((ref) => ref !== undefined).map(({ messageId }) => messageId);
    const messages = await this.statuses.lock(tx, ids, unnamed);

    const byId = new Map(messages.map((message) => [message.id, message]));
    const byWamid = new Map(messages.map((message) => [message.whatsappMessageId, message]));
    return events.map((event, index) => {
      const ref = refs[index];
      const message = ref ? byId.get(ref.messageId) : byWamid.get(event.whatsappMessageId);
      return message?.phoneNumberId === event.phoneNumberId ? { event, message, attempt: ref?.attempt } : undefined;
    });
  }
}

function progressOf(
  message: TrackedMessage,
  event: StatusEvent,
  attempt: AttemptRef['attempt'] | undefined,
): Partial<TrackedMessage> {
  if (event.status === null) return {};
  const isLastAttempt = attempt === undefined || attempt === message.attempts;
  // An old attempt's failure says nothing about the attempt that followed it; proof of its delivery does.
  if (event.status === 'FAILED' && !isLastAttempt) return {};
  const hasFailed = attempt !== undefined && attempt <= message.failedAttempts;
  if (hasFailed && (event.status === 'SENT' || event.status === 'FAILED')) return {};

  // A wamid has the phone number in it.
  const wamid = isErasedKey(message.contactKey) ? null : event.whatsappMessageId;
  const { status, sentAt, deliveredAt, readAt, failedAt, error } = advance(message, { ...event, status: event.status });
  return {
    status,
    sentAt,
    deliveredAt,
    readAt,
    failedAt,
    error,
    pricing: pricingOf(message, event),
    // Until the attempt that follows has its own, the wamid of an old one is how later statuses find the message.
    whatsappMessageId: isLastAttempt ? wamid : (message.whatsappMessageId ?? wamid),
  };
}

/** What is told of a message to somebody who was erased: how far it got and what it cost. */
function withoutPerson(one: Matched): Matched {
  const { message, event } = one;
  if (!isErasedKey(message.contactKey)) return one;
  const { pricing, conversation } = event.details;
  const error = event.error && { ...event.error, details: null };
  return { ...one, event: { ...event, error, participant: null, details: { pricing, conversation } } };
}

/** Of several the word of `delivered` counts, in whatever order they come. */
function pricingOf({ pricing, contactKey }: TrackedMessage, { status, pricing: told }: StatusEvent) {
  if (!told || (pricing && status !== 'DELIVERED')) return pricing;
  const country = countryOf(contactKey);
  return country === undefined ? told : { ...told, country };
}

function stands(progress: Partial<TrackedMessage>, message: TrackedMessage): boolean {
  const names = Object.keys(progress) as (keyof TrackedMessage)[];
  return names.every((name) => isSame(progress[name], message[name]));
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  return a === b || isDeepStrictEqual(a, b);
}

function isOutOfWindow({ event }: Matched): boolean {
  return event.error?.code === WINDOW_CLOSED;
}

function isOfLastAttempt({ message, attempt }: Matched): boolean {
  return attempt !== undefined && attempt === message.attempts;
}

function latestOfEachNumber(messages: TrackedMessage[]): StatusChanges['witnesses'] {
  const latest = new Map<string, Date>();
  for (const { phoneNumberId, attemptedAt } of messages) {
    const known = latest.get(phoneNumberId);
    if (attemptedAt && (!known || known < attemptedAt)) latest.set(phoneNumberId, attemptedAt);
  }
  return [...latest].map(([phoneNumberId, attemptedAt]) => ({ phoneNumberId, attemptedAt }));
}

function toLine({ event, message }: Matched) {
  return {
    messageId: message.id,
    type: event.type,
    participant: event.participant ?? undefined,
    occurredAt: event.occurredAt.toISOString(),
    details: event.details,
  };
}
