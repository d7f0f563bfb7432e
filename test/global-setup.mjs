import './support/typescript.mjs';

export default async function globalSetup() {
  const { startTestServers } = await import('./support/servers.ts');
  await startTestServers();
}
