/**
 * Loaded into an application process by `--import`. It knows the passages of the application's work and, once armed,
 * sends its own process SIGKILL or SIGSTOP at one of them: no code of the product knows of it.
 */
import 'reflect-metadata';

import { subscribe } from 'node:diagnostics_channel';

import { OutboxRepository, WebhookDeliveryRepository, WhatsAppMessageRepository } from '#messages';
import { PoEventHandler } from '#po-events';
import { CloudApiClient } from '#whatsapp';

import { WebhookItemApplier } from '../../libs/webhooks/src/webhook-item.applier.ts';
import { type Claim, OutboxClaimer } from '../../libs/whatsapp/src/sending/outbox.claimer.ts';
import type { Armed, InjectionPoint, InjectorAnswer, InjectorRequest } from './injection.ts';
import { type FaultLine, Ledger } from './ledgers.ts';

/** Long enough for a statement to be written, too short for its commit to be certain. */
const IN_FLIGHT_MS = 1;
const SEND = /\/messages(\?|$)/;

let armed: Armed | null = null;

/** Synchronous from the count to the signal: nothing else of this process runs in between. */
function pass(point: InjectionPoint): void {
  if (armed?.point !== point || --armed.passage > 0) return;
  const { signal, ledger } = armed;
  armed = null;
  new Ledger<FaultLine>(ledger).write({ at: Date.now(), fault: `${signal} at ${point}`, pid: process.pid });
  process.kill(process.pid, signal);
}

type Method = (...args: unknown[]) => unknown;

interface Passages {
  before?: InjectionPoint;
  /** Right after the call: what it started is on its way. */
  during?: InjectionPoint;
  after?: InjectionPoint;
  /** Whether a call that ended so is a passage; default always. */
  counts?: (result: unknown) => boolean;
}

/** @throws when the class has no such method any more: the points must follow the product */
function watch(type: { name: string; prototype: object }, method: string, passages: Passages): void {
  const { before, during, after, counts = () => true } = passages;
  const methods = type.prototype as Record<string, Method>;
  const original = methods[method];
  if (typeof original !== 'function') throw new Error(`The injector knows ${type.name}.${method}, which is not there.`);
  methods[method] = function (this: unknown, ...args: unknown[]): unknown {
    if (before) pass(before);
    const result = original.apply(this, args);
    if (during) setTimeout(pass, IN_FLIGHT_MS, during);
    if (!after || !(result instanceof Promise)) return result;
    return result.then((value: unknown) => {
      if (counts(value)) pass(after);
      return value;
    });
  };
}

const acceptance: Passages = { before: 'before-commit', during: 'commit-in-flight', after: 'after-commit' };
watch(WhatsAppMessageRepository, 'createPending', acceptance);
watch(WhatsAppMessageRepository, 'createPendingWith', acceptance);
watch(OutboxClaimer, 'claim', {
  during: 'claim-in-flight',
  after: 'claimed',
  counts: (claim) => (claim as Claim).messages.length > 0,
});
watch(CloudApiClient, 'sendMessage', { after: 'answer-read' });
watch(OutboxRepository, 'recordResults', { during: 'result-in-flight', after: 'result-recorded' });
watch(WebhookDeliveryRepository, 'store', { after: 'webhook-stored' });
watch(WebhookItemApplier, 'apply', { after: 'webhook-applying' });
watch(PoEventHandler, 'handle', { after: 'po-stored' });

subscribe('undici:request:bodySent', (message) => {
  const { request } = message as { request: { method: string; path: string } };
  if (request.method === 'POST' && SEND.test(request.path)) pass('request-written');
});

process.on('message', ({ arm }: InjectorRequest) => {
  armed = arm;
  process.send?.({ armed: arm !== null } satisfies InjectorAnswer);
});
process.channel?.unref(); // a process that was told to stop must be able to
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')); // nobody is left who would end it
