export default async function globalTeardown() {
  const { stopTestServers } = await import('./support/servers.ts');
  await stopTestServers();
}
