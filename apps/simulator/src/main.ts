import { optionsFrom } from './environment.ts';
import { startSimulator } from './simulator.ts';

const simulator = await startSimulator(optionsFrom(process.env));
console.log(`Cloud API simulator on ${simulator.url}; webhooks go to ${simulator.options.webhookUrl ?? 'nobody yet'}`);

let stopping: Promise<void> | undefined;
const stop = (): void => {
  stopping ??= simulator.stop().then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
// Started by Palomar or by a test: nothing is left to simulate for once they are gone.
process.once('disconnect', stop);
process.send?.({ type: 'listening', port: simulator.port });
