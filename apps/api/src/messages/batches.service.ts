import { Injectable } from '@nestjs/common';

import { afterCommit, AppError, isUuid, NotFoundError } from '#common';
import { MediaResolver } from '#media';
import { type MessageBatch, MessageBatchRepository, MessageDecisionRepository } from '#messages';
import type { Caller } from '#tenants';
import { type BulkItem, type BulkReceipt, OutboxPoller, WhatsAppBusinessService } from '#whatsapp';

import { SendsByHand } from '../audit/sends-by-hand.ts';
import { type Answer, IdempotencyService } from '../idempotency/idempotency.service.ts';
import { type BatchResponse, toBatchResponse } from './dto/batch.response.ts';
import { readBulk, toBulkResponse } from './dto/send-bulk.dto.ts';

/** Many messages at once, and what becomes of them. */
@Injectable()
export class BatchesService {
  constructor(
    private readonly whatsapp: WhatsAppBusinessService,
    private readonly batches: MessageBatchRepository,
    private readonly decisions: MessageDecisionRepository,
    private readonly outbox: OutboxPoller,
    private readonly resolver: MediaResolver,
    private readonly idempotency: IdempotencyService,
    private readonly byHand: SendsByHand,
  ) {}

  async send(caller: Caller, body: unknown, key: string | undefined): Promise<Answer & { replayed: boolean }> {
    const { tenantId, items } = readBulk(caller, body);
    const keyed = { tenantId, key, route: 'POST /api/v1/whatsapp/messages/bulk', body };
    return this.idempotency.once(keyed, async (remember) => {
      let early: Answer | undefined;
      const resolved = await this.resolve(items);
      const receipt = await this.whatsapp.sendBulk(tenantId, resolved, {
        alongside: this.byHand.alongside(
          caller,
          'batch.sent',
          (stored) => toSent(tenantId, stored),
          remember && ((tx, stored) => remember(tx, (early = accepted(stored)))),
        ),
      });
      return early ?? accepted(receipt);
    });
  }

  async get(caller: Caller, id: string): Promise<BatchResponse> {
    const batch = await this.find(caller, id);
    return toBatchResponse(batch, await this.batches.countProgress(batch.id));
  }

  /** Cancels what has not left yet; what is on the wire goes on. */
  async cancel(caller: Caller, id: string): Promise<{ cancelled: number }> {
    const { id: batchId } = await this.find(caller, id);
    return { cancelled: (await this.decisions.cancel({ batchId })).length };
  }

  /** Sends again what failed; unconfirmed messages are decided one by one. */
  async retry(caller: Caller, id: string): Promise<{ retried: number }> {
    const { id: batchId } = await this.find(caller, id);
    const retried = await this.decisions.retryFailed({ batchId });
    await afterCommit(() => this.outbox.wake());
    return { retried: retried.length };
  }

  /** A file that Meta does not take rejects the messages with it, and no other. */
  private async resolve(items: BulkItem[]): Promise<BulkItem[]> {
    const resolved: BulkItem[] = [];
    for (const item of items) resolved.push('refusal' in item ? item : await this.resolveOne(item));
    return resolved;
  }

  private async resolveOne(item: Extract<BulkItem, { request: unknown }>): Promise<BulkItem> {
    try {
      const { request, errors } = await this.resolver.resolve(item.request);
      return { request, errors: [...(item.errors ?? []), ...errors] };
    } catch (refusal) {
      if (refusal instanceof AppError && refusal.status < 500) return { refusal };
      throw refusal;
    }
  }

  /** Another tenant's batch is not found, as one that does not exist. */
  private async find({ tenantId }: Caller, id: string): Promise<MessageBatch> {
    const batch = isUuid(id) ? await this.batches.findById(id) : null;
    if (!batch || (tenantId !== null && batch.tenantId !== tenantId)) throw new NotFoundError('batch', id);
    return batch;
  }
}

function accepted(receipt: BulkReceipt): Answer {
  return { status: 202, body: toBulkResponse(receipt) };
}

function toSent(tenantId: string, { batchId, results }: BulkReceipt) {
  const refused = results.filter((result) => 'error' in result).length;
  return { id: batchId, tenant_id: tenantId, accepted: results.length - refused, refused };
}
