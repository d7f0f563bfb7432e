import 'reflect-metadata';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import amqp from 'amqplib';

import { AppError } from '#common';
import { PermanentEventError, PoRmqServer } from '#po-events';

import { PO_EVENT_PATTERN, type PoRmqOptions } from '../../libs/po-events/src/transport/po-rmq.server.ts';
import { eventually } from '../support/eventually.ts';
import { anEvent } from '../support/po-events.ts';
import { aTestBroker, type TestBroker } from '../support/rabbitmq.ts';
import { aTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
const away = new AppError(503, 'database-unavailable', 'The database cannot be reached.');

type RecordDeadLetter = PoRmqOptions['recordDeadLetter'];
type Handle = (event: object) => Promise<void>;

describe(PoRmqServer.name, () => {
  let broker: TestBroker;
  let dead: string;
  let operator: amqp.ChannelModel;
  let channel: amqp.Channel;
  let handle: jest.Mock<Handle>;
  let recordDeadLetter: jest.Mock<RecordDeadLetter>;
  let warn: jest.Mock;
  let servers: PoRmqServer[];
  let proxies: TcpProxy[];

  beforeAll(() => {
    warn = jest.fn();
    const quiet = { log: jest.fn(), error: jest.fn(), debug: jest.fn(), verbose: jest.fn(), warn };
    Logger.overrideLogger(quiet);
  });

  afterAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    warn.mockClear();
    handle = jest.fn<Handle>().mockResolvedValue(undefined);
    recordDeadLetter = jest.fn<RecordDeadLetter>().mockResolvedValue(undefined);
    [servers, proxies] = [[], []];
    broker = await aTestBroker();
    dead = `${broker.queue}.dead`;
    operator = await amqp.connect(broker.url);
    channel = await operator.createChannel();
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await operator.close();
    await broker.close();
  });

  function start(changes: Partial<PoRmqOptions> = {}): PoRmqServer {
    const { url, exchange, queue } = broker;
    const patience = { firstPauseMs: 20, longestPauseMs: 100, longestHoldMs: 60_000 };
    const options = { url, exchange, queue, routingKeys: ['po.approved'], prefetch: 5, recordDeadLetter, patience };
    const server = new PoRmqServer({ ...options, ...changes });
    server.addHandler(PO_EVENT_PATTERN, handle, true);
    server.listen(() => undefined);
    servers.push(server);
    return server;
  }

  async function consuming(changes: Partial<PoRmqOptions> = {}): Promise<PoRmqServer> {
    const server = start(changes);
    await eventually(() => expect(server.connected).toBe(true));
    return server;
  }

  async function aProxy(): Promise<TcpProxy> {
    const proxy = await aTcpProxy(broker.url);
    proxies.push(proxy);
    return proxy;
  }

  async function stop(server: PoRmqServer): Promise<void> {
    servers = servers.filter((one) => one !== server);
    await server.close();
  }

  const handled = () => handle.mock.calls.map(([event]) => event);
  /** Ready ones; with nobody consuming, all that were not acked. */
  const waiting = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  const warnings = () =>
    JSON.stringify(warn.mock.calls, (_, value: unknown) => (value instanceof Error ? value.message : value));

  describe('events', () => {
    it.each([
      ['plain JSON', anEvent()],
      ["Nest's wrapping", { pattern: 'po.approved', data: anEvent() }],
      ["a request of Nest's", { pattern: 'po.approved', id: 'request-1', data: anEvent() }],
    ])('hands over the event in %s, and acks it', async (_, body) => {
      const server = await consuming();

      await broker.publish(body);
      await eventually(() => expect(handled()).toEqual([anEvent()]));
      await stop(server);

      expect(await waiting(broker.queue)).toBe(0);
    });

    it('takes an id beside the type for a field of the event, not for a request', async () => {
      await consuming();

      await broker.publish({ id: 'request-1', ...anEvent() });

      await eventually(() => expect(handled()).toEqual([{ id: 'request-1', ...anEvent() }]));
    });

    it('hands over what comes by any of its routing keys, whatever its type', async () => {
      await consuming({ routingKeys: ['po.approved', 'po.*.eu'] });

      await broker.publish({ event_type: 'po.changed' }, { routingKey: 'po.changed.eu' });

      await eventually(() => expect(handled()).toEqual([{ event_type: 'po.changed' }]));
    });
  });

  describe('poison', () => {
    const kinds: [string, Buffer][] = [
      ['not-json', Buffer.from('PO approved')],
      ['body-empty', Buffer.alloc(0)],
      ['body-too-large', Buffer.alloc(5 * 1024 * 1024, ' ')],
      ['not-utf8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
      ['too-deep', Buffer.from('['.repeat(10_000) + ']'.repeat(10_000))],
      ['wrong-shape', Buffer.from(JSON.stringify([anEvent()]))],
    ];

    it.each(kinds)('goes to the dead queue and into the record as it came: %s', async (reason, body) => {
      const server = await consuming();

      await broker.publish(body, { headers: { 'x-publisher': 'procurement' } });
      await eventually(async () => expect(await waiting(dead)).toBe(1));
      await stop(server);

      const letter = await broker.take(dead);
      expect(letter?.body.equals(body)).toBe(true);
      expect(letter?.headers).toMatchObject({
        'x-palomar-reason': reason,
        'x-palomar-detail': expect.stringMatching(/^The .*body.*\.$/),
        'x-palomar-routing-key': 'po.approved',
        'x-publisher': 'procurement',
      });
      expect(recordDeadLetter).toHaveBeenCalledTimes(1);
      const [recorded] = recordDeadLetter.mock.calls[0] ?? [];
      expect(recorded).toMatchObject({ reason, routingKey: 'po.approved', headers: { 'x-publisher': 'procurement' } });
      expect(recorded?.body.equals(body)).toBe(true);
      expect(await waiting(broker.queue)).toBe(0);
      expect(handle).not.toHaveBeenCalled();
    });

    it('is what the handler refuses for good, with its reason', async () => {
      handle.mockRejectedValue(new PermanentEventError('po-event-invalid', 'data.currency: must be a currency'));
      await consuming();

      await broker.publish(anEvent());

      await eventually(async () => expect(await waiting(dead)).toBe(1));
      expect((await broker.take(dead))?.headers).toMatchObject({
        'x-palomar-reason': 'po-event-invalid',
        'x-palomar-detail': 'data.currency: must be a currency',
      });
      expect(handle).toHaveBeenCalledTimes(1);
    });

    it('does not hold up what comes behind it, however much there is', async () => {
      await consuming({ prefetch: 3 });

      for (let n = 0; n < 20; n++) await broker.publish(`poison ${n}`);
      await broker.publish(anEvent());

      await eventually(() => expect(handled()).toEqual([anEvent()]));
      await eventually(async () => expect(await waiting(dead)).toBe(20));
    });

    it('with headers too large to carry on, or that would copy it elsewhere, goes to the dead queue without them', async () => {
      const elsewhere = `${broker.queue}.elsewhere`;
      await channel.assertQueue(elsewhere, { exclusive: true });
      await consuming();

      await broker.publish('poison', { headers: { large: 'x'.repeat(65_000) } });
      await broker.publish('poison', { headers: { CC: [elsewhere], small: 1 } });

      await eventually(async () => expect(await waiting(dead)).toBe(2));
      const letters = [(await broker.take(dead))?.headers, (await broker.take(dead))?.headers];
      expect(
        letters.map((headers) => Object.keys(headers ?? {}).filter((name) => !name.startsWith('x-'))).sort(),
      ).toEqual([[], ['small']]);
      expect(await waiting(elsewhere)).toBe(0);
    });

    it('is not acked before it is recorded', async () => {
      recordDeadLetter.mockRejectedValueOnce(new Error('database away')).mockRejectedValueOnce(new Error('still'));
      const server = await consuming();

      await broker.publish('poison');
      await eventually(async () => expect(await waiting(dead)).toBe(1));
      await stop(server);

      expect(recordDeadLetter).toHaveBeenCalledTimes(3);
      expect(await waiting(broker.queue)).toBe(0);
    });

    it('comes again when the server stops before it could be recorded', async () => {
      recordDeadLetter.mockRejectedValue(new Error('database away'));
      const server = await consuming();
      await broker.publish('poison');
      await eventually(() => expect(recordDeadLetter).toHaveBeenCalled());

      await stop(server);

      // A quorum queue takes back what a closed connection held in its own time.
      await eventually(async () => expect(await waiting(broker.queue)).toBe(1));
      expect(await waiting(dead)).toBe(0);
    });

    it('is not acked while the dead queue is not there, and recorded once all the same', async () => {
      const server = await consuming();
      await channel.deleteQueue(dead);

      await broker.publish('poison');
      await eventually(() => expect(warnings()).toContain(`the queue ${dead} is not there`));
      expect(recordDeadLetter).toHaveBeenCalledTimes(1);
      await channel.assertQueue(dead, QUORUM);
      await eventually(async () => expect(await waiting(dead)).toBe(1));
      await stop(server);

      expect(recordDeadLetter).toHaveBeenCalledTimes(1);
      expect(await waiting(broker.queue)).toBe(0);
    });
  });

  describe('a fault that passes', () => {
    it('is waited out with the event in hand, and nothing is requeued', async () => {
      let calls = 0;
      handle.mockImplementation(() => (++calls < 15 ? Promise.reject(away) : Promise.resolve()));
      const server = await consuming();

      await broker.publish(anEvent());
      await eventually(() => expect(calls).toBe(15));
      await stop(server);

      // One connection, and nothing but the handler's own refusals: the broker was not asked to deliver again.
      expect(warn.mock.calls.length).toBe(14);
      expect(await waiting(broker.queue)).toBe(0);
      expect(recordDeadLetter).not.toHaveBeenCalled();
    });

    it('lengthens the pause each time', async () => {
      const calledAt: number[] = [];
      handle.mockImplementation(() => {
        calledAt.push(performance.now());
        return Promise.reject(away);
      });
      await consuming({ patience: { firstPauseMs: 20, longestPauseMs: 3_600_000, longestHoldMs: 3_600_000 } });

      await broker.publish(anEvent());
      await eventually(() => expect(calledAt.length).toBeGreaterThanOrEqual(6));

      const pauses = calledAt.slice(1, 6).map((at, index) => at - (calledAt[index] as number));
      // Each is a fifth shorter than its share at most; how much longer a busy machine makes it does not matter.
      const tooShort = pauses.filter((ms, index) => ms < 20 * 2 ** index * 0.8 - 1);
      expect(tooShort).toEqual([]);
    });

    it('lets other events pass', async () => {
      handle.mockImplementation((event) => ('wait' in event ? Promise.reject(away) : Promise.resolve()));
      await consuming();

      await broker.publish({ wait: true });
      await broker.publish(anEvent());

      await eventually(() => expect(handled()).toContainEqual(anEvent()));
    });

    it('gives the event back to the broker before the broker takes it', async () => {
      const patience = { firstPauseMs: 10, longestPauseMs: 20, longestHoldMs: 100 };
      handle.mockRejectedValue(away);
      const server = await consuming({ patience });

      await broker.publish(anEvent());
      await eventually(() => expect(warnings()).toContain('connecting again'));
      handle.mockResolvedValue(undefined);
      const seen = handle.mock.calls.length;
      await eventually(() => expect(handle.mock.calls.length).toBeGreaterThan(seen));
      await stop(server);

      expect(await waiting(broker.queue)).toBe(0);
    });

    it('that nobody foresaw and that does not pass ends as a dead letter', async () => {
      handle.mockRejectedValue(new TypeError('Cannot read properties of undefined'));
      await consuming();

      await broker.publish(anEvent());

      await eventually(async () => expect(await waiting(dead)).toBe(1));
      expect(handle).toHaveBeenCalledTimes(10);
      expect((await broker.take(dead))?.headers).toMatchObject({
        'x-palomar-reason': 'handling-failed',
        'x-palomar-detail': 'It failed 10 times, at last by: TypeError: Cannot read properties of undefined',
      });
    });
  });

  describe('the connection', () => {
    it('consumes again when the broker cancels the consumer because the queue was deleted', async () => {
      const server = await consuming();

      await channel.deleteQueue(broker.queue);
      await eventually(() => expect(warnings()).toContain('cancelled the consumer'));
      await eventually(() => expect(server.connected).toBe(true));
      await broker.publish(anEvent());

      await eventually(() => expect(handled()).toEqual([anEvent()]));
    });

    it('connects again when it is cut, and gets what was at work once more', async () => {
      const proxy = await aProxy();
      const started: (() => void)[] = [];
      handle.mockImplementationOnce(() => new Promise((resolve) => started.push(resolve)));
      const server = await consuming({ url: proxy.url });
      await broker.publish(anEvent());
      await eventually(() => expect(started).toHaveLength(1));

      proxy.cut();
      await eventually(() => expect(server.connected).toBe(false));
      started[0]?.(); // acks into nothing
      proxy.mend();
      await eventually(() => expect(handle).toHaveBeenCalledTimes(2));
      await stop(server);

      expect(handled()).toEqual([anEvent(), anEvent()]);
      expect(await waiting(broker.queue)).toBe(0);
    });

    it('connects again when it is cut while a dead letter is on its way', async () => {
      const proxy = await aProxy();
      recordDeadLetter.mockImplementationOnce(() => {
        proxy.cut();
        return Promise.resolve();
      });
      const server = await consuming({ url: proxy.url });

      await broker.publish('poison');
      await eventually(() => expect(server.connected).toBe(false));
      proxy.mend();
      await eventually(async () => expect(await waiting(dead)).toBe(1));
      await stop(server);

      expect(await waiting(broker.queue)).toBe(0);
    });

    it('connects again when it breaks while saying goodbye', async () => {
      const proxy = await aProxy();
      handle.mockRejectedValue(away);
      const patience = { firstPauseMs: 10, longestPauseMs: 20, longestHoldMs: 100 };
      const server = await consuming({ url: proxy.url, patience });
      await broker.publish(anEvent());
      await eventually(() => expect(handle).toHaveBeenCalled());

      proxy.stall();
      await eventually(() => expect(server.connected).toBe(false));
      proxy.cut();
      proxy.mend();

      await eventually(() => expect(server.connected).toBe(true));
    });

    it('does not wait at start for a broker that is away, and joins it later', async () => {
      const proxy = await aProxy();
      proxy.cut();

      const server = start({ url: proxy.url });
      await eventually(() => expect(warnings()).toContain('RabbitMQ not usable'));
      expect(server.connected).toBe(false);
      proxy.mend();
      await eventually(() => expect(server.connected).toBe(true));
      await broker.publish(anEvent());

      await eventually(() => expect(handled()).toEqual([anEvent()]));
    });

    it('tells the operator what to do when the queue exists with other arguments, and goes on once it is done', async () => {
      await channel.assertQueue(broker.queue, { durable: true });

      const server = start();
      await eventually(() => expect(warnings()).toMatch(/exists with other arguments: delete it .* PO_EVENTS_QUEUE/));
      expect(server.connected).toBe(false);
      await channel.deleteQueue(broker.queue);

      await eventually(() => expect(server.connected).toBe(true));
    });

    it('tells the operator so when it is the exchange', async () => {
      const exchange = `${broker.exchange}.fanout`;
      await channel.assertExchange(exchange, 'fanout', { autoDelete: true });

      start({ exchange });

      await eventually(() => expect(warnings()).toMatch(/exists with other arguments.*PO_EVENTS_EXCHANGE/));
      await channel.deleteExchange(exchange);
    });
  });

  describe('closing', () => {
    it('waits for the handlers at work, acks what they did, and takes nothing new', async () => {
      const finish: (() => void)[] = [];
      handle.mockImplementation(() => new Promise((resolve) => finish.push(resolve)));
      const server = await consuming({ prefetch: 50 });
      for (let n = 0; n < 30; n++) await broker.publish(anEvent({ n }));
      await eventually(() => expect(finish).toHaveLength(30));
      let closed = false;

      const closing = stop(server).then(() => (closed = true));
      await broker.publish(anEvent({ n: 'late' }));
      expect(closed).toBe(false);
      for (const done of finish) done();
      await closing;

      await eventually(async () => expect(await waiting(broker.queue)).toBe(1));
      expect(handle).toHaveBeenCalledTimes(30);
    });

    it('leaves an event to others whose fault has not passed', async () => {
      handle.mockRejectedValue(away);
      const server = await consuming();
      await broker.publish(anEvent());
      await eventually(() => expect(handle).toHaveBeenCalled());

      await stop(server);

      await eventually(async () => expect(await waiting(broker.queue)).toBe(1));
    });

    it('ends while it is still connecting', async () => {
      const server = start();

      await stop(server);

      expect(server.connected).toBe(false);
      await eventually(async () =>
        expect(await channel.assertQueue(broker.queue, QUORUM)).toMatchObject({ consumerCount: 0 }),
      );
    });

    it('ends while the broker is away', async () => {
      const proxy = await aProxy();
      const server = await consuming({ url: proxy.url });
      proxy.cut();
      await eventually(() => expect(warnings()).toContain('RabbitMQ not usable'));

      await expect(stop(server)).resolves.toBeUndefined();
    });
  });
});
