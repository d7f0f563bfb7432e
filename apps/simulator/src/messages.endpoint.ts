import { digitsOf, type PhoneNumber } from './account.ts';
import { type Check, type JsonObject, object, oneOf, text } from './checks.ts';
import type { GraphCall, Route } from './graph-api.ts';
import { GraphError } from './graph-error.ts';
import { json, type Reply } from './http.ts';
import { outboundWamid } from './ids.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Fate } from './magic-recipients.ts';
import { type CheckedMessage, checkMessage } from './message-checks.ts';
import { fillTemplate } from './templates/sending/fill-template.ts';
import type { World } from './world.ts';

/** How long a send waits for the status that is to overtake its answer. */
const OVERTAKING_MS = 2_000;

const MEDIA_KINDS = ['image', 'audio', 'video', 'document', 'sticker', 'gif'];

const readReceipt: Check = object(
  { messaging_product: oneOf('whatsapp'), status: oneOf('read'), message_id: text() },
  { typing_indicator: object({ type: oneOf('text') }) },
);

/** `POST /{phone_number_id}/messages`: sends, read receipts, the typing bubble. */
export function messageRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/:phone_number_id/messages',
      isSend: true,
      handle: (call) => {
        const number = world.account.numbers.get(call.id);
        if (!number) return undefined;
        return call.request.json().status === undefined ? send(world, number, call) : markRead(world, call);
      },
    },
  ];
}

async function send(world: World, number: PhoneNumber, { request, apiVersion }: GraphCall): Promise<Reply> {
  const message = checkMessage(request.json());
  const { recipient } = message;
  const address = recipient.waId ?? recipient.userId;
  if (address === digitsOf(number.display_phone_number))
    throw new GraphError(131021, 'Recipient is the sending number');
  refuseUnknownMedia(world, message.content, message.type);
  const filled =
    message.type === 'template'
      ? fillTemplate(message.content, world.templates, { apiVersion, now: world.clock.now() })
      : undefined;
  if (filled?.template.category === 'AUTHENTICATION' && recipient.waId === undefined) {
    throw new GraphError(131062, 'Authentication templates go to phone numbers only');
  }
  world.limits.admit(number.id, address);
  const fate = world.magic.admit(address);

  const entry: LedgerEntry = {
    wamid: outboundWamid(address),
    phoneNumberId: number.id,
    recipient,
    type: message.type,
    category: filled?.template.category.toLowerCase() ?? 'service',
    opaque: message.opaque,
    rawBody: request.text,
    text: filled ? (filled.parts.body ?? '') : plainText(message),
    rendered: filled?.parts,
    acceptedAt: Date.now(),
    statuses: [],
  };
  world.ledger.add(entry);
  await startPlayback(world, entry, fate);
  const person = recipient.waId === undefined ? { user_id: recipient.userId } : { wa_id: recipient.waId };
  return json({
    messaging_product: 'whatsapp',
    contacts: [{ input: recipient.input, ...person }],
    messages: [{ id: entry.wamid, ...(filled && { message_status: 'accepted' }) }],
  });
}

/** Resolves at once, or, where a status is to overtake the answer, when that status was delivered. */
async function startPlayback({ playback, webhooks, pauses, idleness }: World, entry: LedgerEntry, fate: Fate) {
  const [first, ...rest] = fate.statuses;
  if (!webhooks.behaviour.beforeAnswer || first === undefined) return idleness.watch(playback.play(entry, fate));
  const overtaking = playback.send(entry, first, fate.errorCode);
  idleness.watch(overtaking.then(() => playback.play(entry, { ...fate, statuses: rest })));
  await Promise.race([overtaking, pauses.wait(OVERTAKING_MS)]);
}

function markRead(world: World, { request }: GraphCall): Reply {
  const body = request.json();
  readReceipt(body, '');
  if (!world.inbox.knows(body.message_id as string)) {
    throw new GraphError(131009, `Param message_id is not the id of a message this number received`);
  }
  return json({ success: true });
}

function refuseUnknownMedia(world: World, value: unknown, key: string): void {
  if (typeof value !== 'object' || value === null) return;
  const { id } = value as JsonObject;
  if (MEDIA_KINDS.includes(key) && typeof id === 'string' && !world.media.find(id)) {
    throw new GraphError(100, `Param ${key}['id'] is not a valid whatsapp business account media attachment ID`);
  }
  for (const [inner, one] of Object.entries(value)) refuseUnknownMedia(world, one, inner);
}

/** What the customer reads of a message without a template. */
function plainText({ type, content }: CheckedMessage): string {
  const { body, caption, filename, emoji, name, address } = content as Record<string, string | undefined>;
  if (type === 'interactive') return (content.body as { text?: string } | undefined)?.text ?? '';
  if (type === 'contacts') {
    return (content as unknown as { name: { formatted_name: string } }[])
      .map((it) => it.name.formatted_name)
      .join(', ');
  }
  return body ?? caption ?? filename ?? emoji ?? name ?? address ?? '';
}
