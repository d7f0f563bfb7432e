import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import amqp from 'amqplib';

import { aTestBroker, type TestBroker } from './rabbitmq.ts';

jest.setTimeout(30_000);

describe(aTestBroker.name, () => {
  let broker: TestBroker;
  let consumer: amqp.ChannelModel;

  beforeEach(async () => {
    broker = await aTestBroker();
    consumer = await amqp.connect(broker.url);
    const channel = await consumer.createChannel();
    for (const queue of [broker.queue, `${broker.queue}.dead`]) {
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    }
    await channel.bindQueue(broker.queue, broker.exchange, 'po.*');
  });

  afterEach(async () => {
    await consumer?.close();
    await broker?.close();
  });

  it('delivers objects as JSON and bytes as they are, with their headers', async () => {
    await broker.publish({ po_number: 'PO-1' }, { headers: { 'x-try': 1 } });
    await broker.publish(Buffer.from([0xff, 0x00]), { routingKey: 'po.rejected' });

    const [first, second] = [await broker.take(broker.queue), await broker.take(broker.queue)];

    expect(JSON.parse(String(first?.body))).toEqual({ po_number: 'PO-1' });
    expect(first?.headers).toMatchObject({ 'x-try': 1 });
    expect(second?.body).toEqual(Buffer.from([0xff, 0x00]));
    expect(await broker.take(broker.queue)).toBeUndefined();
  });

  it('refuses to lose an event that no queue is bound for', async () => {
    await expect(broker.publish({}, { routingKey: 'invoice.paid' })).rejects.toThrow('No queue is bound');
  });

  it('goes on after a look into a queue that is not there', async () => {
    await expect(broker.take('no-such-queue')).rejects.toThrow('NOT_FOUND');

    await expect(broker.publish({})).resolves.toBeUndefined();
  });

  it('leaves nothing behind', async () => {
    const other = await aTestBroker();
    await other.close();
    const channel = await consumer.createChannel();
    channel.on('error', () => undefined);

    await expect(channel.checkExchange(other.exchange)).rejects.toThrow('NOT_FOUND');
  });
});
