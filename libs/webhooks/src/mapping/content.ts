import { jsonDepthExceeds } from '#common';
import type { Amendment } from '#messages';

import { type JsonObject, objectOf, textOf, timeOf } from '../json.ts';

/** What a customer fills into a form is flat; deeper than this nobody needs it parsed. */
const DEEPEST_ANSWER = 16;

/**
 * Meta's message object as readers get it: as it came, with a `type` in any case. What a flow was answered stands parsed in
 * `interactive.nfm_reply.response` beside its text; a reaction that was taken back has `emoji: null`.
 */
export function contentOf(message: JsonObject): JsonObject {
  const type = textOf(message.type) ?? 'unknown';
  const content = { ...message, type };
  if (type === 'interactive') return { ...content, interactive: withAnswer(message.interactive) };
  if (type === 'reaction') return { ...content, reaction: withEmoji(message.reaction) };
  return content;
}

/** What an edit or a revocation does to another message; null for every other message, and where it does not say to which. */
export function amendmentOf(message: JsonObject): Amendment | null {
  const kind = KINDS.get(message.type);
  const { original_message_id: original, message: edited } = objectOf(message[message.type as string]);
  const [originalId, id, at] = [textOf(original), textOf(message.id), timeOf(message.timestamp)];
  if (!kind || !originalId || !id || !at) return null;
  return { kind, originalId, id, at, message: kind === 'edited' ? objectOf(edited) : null };
}

const KINDS = new Map<unknown, Amendment['kind']>([
  ['edit', 'edited'],
  ['revoke', 'revoked'],
]);

function withAnswer(interactive: unknown): unknown {
  const reply = objectOf(objectOf(interactive).nfm_reply);
  const text = reply.response_json;
  if (typeof text !== 'string' || jsonDepthExceeds(text, DEEPEST_ANSWER)) return interactive;
  try {
    const response: unknown = JSON.parse(text);
    return { ...objectOf(interactive), nfm_reply: { ...reply, response } };
  } catch {
    return interactive;
  }
}

function withEmoji(reaction: unknown): unknown {
  const told = objectOf(reaction);
  return { ...told, emoji: textOf(told.emoji) ?? null };
}
