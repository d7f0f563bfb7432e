import type { FieldError } from '#common';

import { type MessageKind, object, optional, Place, text } from './check.ts';
import { contacts } from './contacts.ts';
import { interactive } from './interactive.ts';
import { type JsonObject, shown } from './json.ts';
import { location } from './location.ts';
import { audio, document, image, sticker, video } from './media.ts';
import { reaction } from './reaction.ts';
import { refuseUnstorable } from './storable.ts';
import { template } from './template.ts';
import { textMessage } from './text.ts';

/** To add a message type: its own file, and a line here. */
const KINDS = {
  text: textMessage,
  image,
  audio,
  video,
  document,
  sticker,
  location,
  contacts,
  reaction,
  interactive,
  template,
} satisfies Record<string, MessageKind>;

export type MessageType = keyof typeof KINDS;

/** What WhatsApp can be asked to send, by Meta's names. */
export const MESSAGE_TYPES = Object.keys(KINDS) as readonly MessageType[];

/** Exactly what goes to Meta beside `messaging_product`, the recipient and our callback data: `type`, the object it names, `context`. */
export interface MessageContent {
  type: MessageType;
  [object: string]: unknown;
  context?: { message_id: string };
}

export type ReadContent = { content: MessageContent; errors: [] } | { content: undefined; errors: FieldError[] };

const context = optional(object({ message_id: text() }));

/**
 * Reads the message out of a send request: `type`, the object of that name, `context`. Other fields are somebody else's.
 * What breaks one of Meta's documented limits is refused here, before it is stored, with every fault at once and the path
 * of each (`interactive.action.buttons[3].reply.title`); our shorthands become Meta's objects. It never throws on JSON,
 * and reading its own result gives the same again.
 */
export function readContent(body: Record<string, unknown>): ReadContent {
  const errors: FieldError[] = [];
  const root = (field: string) => new Place(field, errors);
  const given = MESSAGE_TYPES.filter((name) => body[name] !== undefined);
  const type = readType(body.type, given, root('type'));
  if (type === undefined) return { content: undefined, errors };

  for (const other of given) {
    if (other !== type) root(other).refuse(`is not allowed with type "${type}"`);
  }
  const kind: MessageKind = KINDS[type];
  if (body[type] === undefined) root(type).refuse(`is required with type "${type}"`);
  else kind.check(body[type], root(type));
  context(body.context, root('context'));
  if (type === 'reaction' && body.context !== undefined) {
    root('context').refuse('is not allowed with a reaction, which names its message itself');
  }
  for (const field of [type, 'context']) refuseUnstorable(body[field], root(field));
  if (errors.length > 0) return { content: undefined, errors };

  const content = { type, [type]: kind.expand ? kind.expand(body[type]) : body[type] };
  return { content: withContext(content, body), errors: [] };
}

function withContext(content: { type: MessageType } & JsonObject, { context }: JsonObject): MessageContent {
  return context === undefined ? content : { ...content, context: context as MessageContent['context'] };
}

/** Meta takes an absent type for `text`; here it is also clear when there is only one message object. */
function readType(type: unknown, given: readonly MessageType[], place: Place): MessageType | undefined {
  if (type === undefined) {
    if (given.includes('text')) return 'text';
    if (given.length === 1) return given[0];
    place.refuse(`is required: one of ${MESSAGE_TYPES.join(', ')}, with the object of that name`);
    return undefined;
  }
  const known = MESSAGE_TYPES.find((name) => name === type);
  if (known === undefined) place.refuse(`must be one of ${MESSAGE_TYPES.join(', ')}, this is ${shown(type)}`);
  return known;
}
