import type { MetaSignature, WebhookIntake } from '#webhooks';

import { WEBHOOK_LIMIT } from '../body-limits.ts';
import type { HotRoute } from './hot-route.ts';
import { readBody } from './read-body.ts';

/** `POST /api/v1/whatsapp/webhook`, as `WebhooksController.receive` answers it. */
export function webhookRoute(signature: MetaSignature, intake: WebhookIntake): HotRoute {
  return {
    route: 'POST /api/v1/whatsapp/webhook',
    takes: ({ headers }) => headers['content-encoding'] === undefined,
    answer: async (request) => {
      const rawBody = await readBody(request, WEBHOOK_LIMIT);
      const signer = signature.signerOf(rawBody, request.headers['x-hub-signature-256'] as string | undefined);
      await intake.take(rawBody, signer);
      return { status: 200, body: { status: 'received' } };
    },
  };
}
