import { loadConfigFromProcess } from '#common';

import { explainFailure } from './explain-failure.ts';

try {
  const config = loadConfigFromProcess();
  // Loaded only now: a wrong environment is told at once, before the framework is read from disk.
  const { start } = await import('./start.ts');
  await start(config);
} catch (failure) {
  process.stderr.write(`${explainFailure(failure)}\n`);
  process.exit(1);
}
