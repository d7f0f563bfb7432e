import { startTestPostgres } from './postgres-server.ts';
import { findTestRabbitMq } from './rabbitmq-server.ts';

let ends: (() => Promise<void>)[] = [];

/** Starts what the tests need and tells their workers by the environment. */
export async function startTestServers(): Promise<void> {
  ends = await Promise.all([startTestPostgres(), findTestRabbitMq()]);
}

export async function stopTestServers(): Promise<void> {
  await Promise.all(ends.map((end) => end()));
}
