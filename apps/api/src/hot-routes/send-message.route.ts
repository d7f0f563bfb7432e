import type { IncomingMessage } from 'node:http';

import { AppError, assertUtf8Json } from '#common';
import type { Admission } from '#tenants';

import { JSON_DEPTH, JSON_LIMIT } from '../body-limits.ts';
import { mayBeJson } from '../json-type.ts';
import type { MessagesService } from '../messages/messages.service.ts';
import { readPreferWait } from '../messages/prefer-wait.decorator.ts';
import type { HotRoute } from './hot-route.ts';
import { readBody } from './read-body.ts';

/** Brackets around anything: what Express takes for JSON as well. */
const JSON_CONTAINER = /^\s*[[{]/;
const OTHER_CHARSET = /charset=(?!"?utf-?8)/i;

/** `POST /api/v1/whatsapp/messages`, as `MessagesController.send` answers it. */
export function sendMessageRoute(admission: Admission, messages: MessagesService): HotRoute {
  return {
    route: 'POST /api/v1/whatsapp/messages',
    // Compressed, in another charset or type, or without a body: Express knows how.
    takes: (request) => {
      const { headers } = request;
      return (
        headers['content-encoding'] === undefined &&
        !OTHER_CHARSET.test(headers['content-type'] ?? '') &&
        (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined) &&
        mayBeJson(request)
      );
    },
    answer: async (request, answered) => {
      const { headers } = request;
      const body = readBody(request, JSON_LIMIT);
      // Of two refusals the first one is told; the other must not go unheard.
      body.catch(() => undefined);
      const caller = await admission.admit(request, 'messages:send', (told) => Object.assign(answered, told));
      const idempotencyKey = headers['idempotency-key'] as string | undefined;
      const waitMs = readPreferWait(textOf(headers.prefer));
      const sent = await messages.send(caller, parse(await body), { idempotencyKey, waitMs });
      if (sent.replayed) answered['Idempotency-Replayed'] = 'true';
      return sent;
    },
  };
}

/** @throws AppError 400 */
function parse(body: Buffer): unknown {
  assertUtf8Json(body, JSON_DEPTH);
  const text = body.toString('utf8');
  try {
    if (JSON_CONTAINER.test(text)) return JSON.parse(text);
  } catch {
    // Answered below, as what is no container.
  }
  throw new AppError(400, 'body-not-json', 'The body is not valid JSON.');
}

function textOf(header: IncomingMessage['headers'][string]): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
