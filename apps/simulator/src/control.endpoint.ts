import { checked } from './checked-body.ts';
import { anyObject, bool, type Check, link, number, object, oneOf, text } from './checks.ts';
import type { Controls } from './controls.ts';
import { faultRule } from './faults.ts';
import { GraphError } from './graph-error.ts';
import { type GraphRequest, type Handler, json, type Reply } from './http.ts';
import { namedTemplateAction, templateActions } from './templates/template-controls.endpoint.ts';
import { isCallbackVerified } from './webhook-handshake.ts';
import type { WebhookBehaviour } from './webhook-sender.ts';

const PREFIX = '/_simulator';

const file = object(
  { type: oneOf('image', 'audio', 'video', 'document', 'sticker'), mime_type: text(), base64: text(Infinity, 0) },
  { caption: text(), filename: text() },
);
const inbound = object(
  { from: text() },
  { text: text(4096), message: anyObject, file, name: text(), phoneNumberId: text() },
);
const mediaUrls = object({ expired: number(0) });
const status = object({ status: text() }, { wamid: text(), opaque: text(), error_code: number(0) });
const accountNews = object({ field: text() }, { value: anyObject, time: number(0) });
const limits = object(
  {},
  { messagesPerSecond: orNull(number(1)), pair: bool, templates: number(0), templateCreationsPerHour: number(0) },
);
const webhooks = object(
  {},
  {
    url: orNull(link),
    duplicate: number(0, 100),
    shuffle: bool,
    batch: number(1, 1000),
    drop: number(0, 1),
    delayMs: number(0),
    before_answer: bool,
    /** True: do Meta's GET handshake with the URL first. */
    verify: bool,
  },
);

/** `/_simulator`: the controls as JSON over HTTP. No key, because the simulator listens on the loopback address only. */
export function controlHandler(controls: Controls, verifyToken: string): Handler {
  const actions: Record<string, (request: GraphRequest) => Reply | Promise<Reply>> = {
    'GET /': () => json(controls.counts()),
    'GET /messages': ({ query }) => {
      const [wamid, to, opaque] = ['wamid', 'to', 'opaque'].map((name) => query.get(name) ?? undefined);
      return json({
        total: controls.counts().accepted,
        data: controls.ledger({ wamid, to, opaque, limit: limitOf(query) }),
      });
    },
    'GET /requests': ({ query }) =>
      json({ total: controls.counts().requests, data: controls.requests(limitOf(query)) }),
    'GET /webhooks': ({ query }) =>
      json({ total: controls.counts().webhook_attempts, data: controls.webhookAttempts(limitOf(query)) }),
    'POST /inbound': (request) => json({ wamid: controls.sendInbound(checked(request, inbound)) }, 201),
    'POST /faults': (request) => {
      controls.addFault(checked(request, faultRule));
      return json({ success: true }, 201);
    },
    'DELETE /faults': () => done(() => controls.clearFaults()),
    'PUT /limits': (request) => json(controls.setLimits(checked(request, limits))),
    'PUT /webhooks': async (request) => {
      const { before_answer: beforeAnswer, verify, url, ...rest } = checked<WebhooksRequest>(request, webhooks);
      if (verify && url && !(await isCallbackVerified(url, verifyToken))) {
        return json({ error: `${url} did not answer the verification request` }, 422);
      }
      const changes: Partial<WebhookBehaviour> = rest;
      if (url !== undefined) changes.url = url ?? undefined;
      if (beforeAnswer !== undefined) changes.beforeAnswer = beforeAnswer;
      return json(controls.setWebhook(changes));
    },
    'POST /statuses': (request) => {
      const { wamid, opaque, status: shown, error_code: code } = checked<StatusRequest>(request, status);
      const isKnown = controls.sendStatus({ wamid, opaque }, shown, code);
      return isKnown ? json({ success: true }, 201) : json({ error: 'No such message in the ledger' }, 404);
    },
    'POST /account-news': (request) => {
      controls.sendAccountNews(checked(request, accountNews));
      return json({ success: true }, 201);
    },
    'PUT /media-urls': (request) =>
      done(() => controls.expireNextMediaUrls(checked<{ expired: number }>(request, mediaUrls).expired)),
    ...templateActions(controls),
    'POST /reset': () => done(() => controls.reset()),
  };

  return async (request) => {
    const path = request.path.slice(PREFIX.length).replace(/\/$/, '') || '/';
    try {
      const action = actions[`${request.method} ${path}`] ?? namedAction(controls, request, path);
      return action ? await action(request) : json({ error: `No ${request.method} ${path} under ${PREFIX}` }, 404);
    } catch (error) {
      if (error instanceof GraphError) return json({ error: error.details ?? error.message }, 400);
      throw error;
    }
  };
}

interface WebhooksRequest extends Omit<Partial<WebhookBehaviour>, 'url' | 'beforeAnswer'> {
  url?: string | null;
  before_answer?: boolean;
  verify?: boolean;
}

interface StatusRequest {
  wamid?: string;
  opaque?: string;
  status: string;
  error_code?: number;
}

/** `PUT` and `DELETE /templates/{name}/{language}`, `PUT /phone-numbers/{id}` */
function namedAction(controls: Controls, { method }: GraphRequest, path: string): Handler | undefined {
  const [, kind, ...names] = path.split('/').map(decodeURIComponent);
  if (names.includes('')) return undefined;
  if (kind === 'templates' && names.length === 2) return namedTemplateAction(controls, method, names);
  if (kind === 'phone-numbers' && names.length === 1 && method === 'PUT') {
    return (request) => json(controls.setPhoneNumber(names[0] as string, request.json()));
  }
  return undefined;
}

function done(action: () => void): Reply {
  action();
  return json({ success: true });
}

function limitOf(query: URLSearchParams): number {
  return Math.max(0, Number(query.get('limit') ?? 1_000) || 0);
}

function orNull(check: Check): Check {
  return (value, path) => (value === null ? undefined : check(value, path));
}
