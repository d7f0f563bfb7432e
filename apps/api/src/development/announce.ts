import type { AppConfig } from '#common';

import type { Resolved } from '../app.module.ts';

/** Any UUID is a tenant: none needs to be registered. */
export const DEMO_TENANT = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';

/** What a newcomer needs after the start: where everything is, the key, and one call to try. */
export function announce(config: AppConfig, { databaseUrl, adminApiKey, firstAdmin }: Resolved): void {
  const base = `http://localhost:${config.http.port}`;
  const { useSimulator, graphUrl } = config.whatsapp;
  process.stdout.write(`
Palomar is ready.

  API        ${base}/api/v1/whatsapp    (reference: ${base}/docs)
  WhatsApp   ${useSimulator ? `built-in simulator on ${graphUrl}` : graphUrl}
  Database   ${config.database.url ? 'DATABASE_URL' : databaseUrl}
  RabbitMQ   ${config.rabbitmq.url ? config.poEvents.queue : 'off (RABBITMQ_URL is not set); purchase orders come by HTTP'}
  API key    ${config.adminApiKey ? 'ADMIN_API_KEY' : adminApiKey}
  People     ${firstAdmin?.email}, first password ${config.admin.password ? 'ADMIN_PASSWORD' : firstAdmin?.password}

Watch a purchase order become a message and be read:   npm run demo

Or send one yourself:

  curl -s ${base}/api/v1/whatsapp/messages -H 'Authorization: Bearer ${config.adminApiKey ? '<ADMIN_API_KEY>' : adminApiKey}' \\
    -H 'Content-Type: application/json' -H 'Prefer: wait=5' \\
    -d '{"tenant_id":"${DEMO_TENANT}","to":"+34612345678","type":"template",
         "template":{"name":"po_notification","language":"es","parameters":["Proveedor ABC","PO-2024-001","€1,250.00"]}}'

`);
}
