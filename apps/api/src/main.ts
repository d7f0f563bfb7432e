import { ConfigurationError, loadConfigFromProcess } from '#common';

try {
  const config = loadConfigFromProcess();
  // Loaded only now: a wrong environment is told at once, before the framework is read from disk.
  const { start } = await import('./start.ts');
  await start(config);
} catch (failure) {
  process.stderr.write(`${failure instanceof ConfigurationError ? failure.message : explain(failure)}\n`);
  process.exit(1);
}

function explain(failure: unknown): string {
  const { code, port } = failure as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is taken. Stop what listens there, or choose another with PORT=…`;
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}
