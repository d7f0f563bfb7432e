import {
  all,
  bool,
  type Check,
  type Fields,
  inside,
  type JsonObject,
  link,
  list,
  missing,
  number,
  object,
  oneOf,
  rule,
  text,
} from './checks.ts';
import { GraphError } from './graph-error.ts';
import { interactive } from './interactive-checks.ts';
import { readRecipient, type Recipient } from './recipient.ts';
import { templateObject } from './templates/sending/template-object.ts';

/** A send whose structure is right; whether its template and media exist is not known yet. */
export interface CheckedMessage {
  type: string;
  recipient: Recipient;
  /** `biz_opaque_callback_data` */
  opaque: string | undefined;
  content: JsonObject;
}

const given = text(Infinity, 0);
const name = object(
  { formatted_name: text() },
  { first_name: given, last_name: given, middle_name: given, prefix: given, suffix: given },
);
const address = { street: given, city: given, state: given, zip: given, country: given, country_code: given };
const contact = object(
  {
    name: all(
      name,
      rule((it: JsonObject) => Object.keys(it).length > 1, 'needs one more part of the name'),
    ),
  },
  {
    phones: list(object({}, { phone: given, type: given, wa_id: given })),
    emails: list(object({}, { email: given, type: given })),
    addresses: list(object({}, { ...address, type: given })),
    org: object({}, { company: given, department: given, title: given }),
    urls: list(object({}, { url: given, type: given })),
    birthday: given,
  },
);

const media = (extra: Fields = {}): Check =>
  all(
    object({}, { id: text(), link, ...extra }),
    rule((it: JsonObject) => (it.id === undefined) !== (it.link === undefined), 'needs either id or link'),
  );

/** The object named after each type. */
const CONTENT: Record<string, Check> = {
  text: object({ body: text(4096) }, { preview_url: bool }),
  image: media({ caption: text(1024, 0) }),
  audio: media({ voice: bool }),
  video: media({ caption: text(1024, 0) }),
  document: media({ caption: text(1024, 0), filename: text() }),
  sticker: media(),
  location: object({ latitude: number(-90, 90), longitude: number(-180, 180) }, { name: text(), address: text() }),
  contacts: list(contact, 1, 257),
  reaction: object({ message_id: text() }, { emoji: text(32, 0) }),
  interactive,
  template: templateObject,
};

const TYPES = Object.keys(CONTENT);
const isObjectOfAnotherType: Check = () => undefined;

const ENVELOPE = object(
  { messaging_product: oneOf('whatsapp') },
  {
    recipient_type: oneOf('individual', 'group'),
    to: text(),
    recipient: text(),
    type: oneOf(...TYPES),
    context: object({ message_id: text() }),
    biz_opaque_callback_data: text(512, 0),
    recipient_identity_key_hash: text(),
    ...Object.fromEntries(TYPES.map((type) => [type, isObjectOfAnotherType])),
  },
);

/** @throws GraphError with Meta's code for the first thing that is wrong */
export function checkMessage(body: JsonObject): CheckedMessage {
  ENVELOPE(body, '');
  if (body.recipient_type === 'group') throw new GraphError(131215, 'This number may not write to groups');
  const recipient = readRecipient(body.to, body.recipient);
  const type = typeof body.type === 'string' ? body.type : 'text';
  const stray = TYPES.find((other) => other !== type && body[other] !== undefined);
  if (stray !== undefined) throw new GraphError(100, `Unexpected key "${stray}" on a message of type ${type}`);
  if (body[type] === undefined) throw missing(inside('', type));
  CONTENT[type]?.(body[type], type);
  return {
    type,
    recipient,
    opaque: body.biz_opaque_callback_data as string | undefined,
    content: body[type] as JsonObject,
  };
}
