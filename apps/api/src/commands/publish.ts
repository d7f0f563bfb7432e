import { connect } from 'amqplib';

/** Publishes JSON as any other service would, and returns once the broker has it. */
export async function publishToRabbitMq(
  url: string,
  exchange: string,
  routingKey: string,
  event: object,
): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.checkExchange(exchange);
    channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(event)), {
      persistent: true,
      contentType: 'application/json',
    });
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
