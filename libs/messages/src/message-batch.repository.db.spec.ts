import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId } from '#common';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage } from '../../../test/factories/messages.ts';
import { MessageBatchRepository } from './message-batch.repository.ts';

describe(MessageBatchRepository.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let batches: MessageBatchRepository;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    batches = new MessageBatchRepository(db);
  });

  beforeEach(() => store.clear());

  afterAll(() => store.close());

  it('remembers what became of a bulk request', async () => {
    const batch = { id: newId(), tenantId: newId(), accepted: 998, rejected: 2 };

    await db.transaction((tx) => batches.create(tx, batch));

    expect(await batches.findById(batch.id)).toEqual({ ...batch, createdAt: expect.any(Date) });
  });

  it('remembers nothing when the transaction of its messages comes to nothing', async () => {
    const id = newId();

    const failing = db.transaction(async (tx) => {
      await batches.create(tx, { id, tenantId: newId(), accepted: 1, rejected: 0 });
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await batches.findById(id)).toBeNull();
  });

  it('counts how far its messages are', async () => {
    const batchId = newId();
    for (const status of ['PENDING', 'SENT', 'SENT', 'READ', 'FAILED'] as const) {
      await aMessage(db, { status, batchId });
    }
    await aMessage(db, { status: 'DELIVERED', batchId: newId() });

    expect(await batches.countProgress(batchId)).toEqual({
      PENDING: 1,
      SENT: 2,
      DELIVERED: 0,
      READ: 1,
      FAILED: 1,
      CANCELLED: 0,
    });
  });
});
