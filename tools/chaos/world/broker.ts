import { randomUUID } from 'node:crypto';

import amqp from 'amqplib';

import { startInstalled } from '../../../test/support/rabbitmq-server.ts';

/** A broker, with an exchange and a queue that nobody else uses. */
export interface ChaosBroker {
  readonly url: string;
  readonly exchange: string;
  readonly queue: string;
  /** Only of a node of our own. */
  kill?(): Promise<void>;
  restart?(): Promise<void>;
  end(): Promise<void>;
}

/**
 * A node of our own, which can be killed.
 * @throws when RabbitMQ is not installed here
 */
export async function ownBroker(): Promise<ChaosBroker> {
  const node = await startInstalled();
  if (!node) throw new Error('RabbitMQ is not installed (Debian and Ubuntu: apt-get install rabbitmq-server).');
  return { ...node, ...names() };
}

/** A node that others use as well: what is ours in it is deleted in the end. */
export function borrowedBroker(url: string): ChaosBroker {
  const { exchange, queue } = names();
  return {
    url,
    exchange,
    queue,
    end: async () => {
      const connection = await amqp.connect(url);
      const channel = await connection.createChannel();
      for (const name of [queue, `${queue}.dead`]) await channel.deleteQueue(name);
      await channel.deleteExchange(exchange);
      await connection.close();
    },
  };
}

function names(): { exchange: string; queue: string } {
  const name = `palomar-chaos-${randomUUID()}`;
  return { exchange: `${name}.events`, queue: `${name}.po-events` };
}
