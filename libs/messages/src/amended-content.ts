type Json = Record<string, unknown>;

/** What became of a message after it was sent. */
export interface Amendment {
  kind: 'edited' | 'revoked';
  /** The wamid of the message that is meant. */
  originalId: string;
  /** The wamid of the edit or revocation itself. */
  id: string;
  at: Date;
  /** Edited only: Meta's message object as it reads now. */
  message: Json | null;
}

interface Edit {
  id: string;
  at: string;
  message: Json | null;
}

/**
 * The content of a message after an edit or a revocation: `edits` has all of them, oldest first, `original` what was said at
 * first, and the object named after the type what it reads now. A revoked message keeps what it said, beside `revoked`.
 * Any order and any repetition gives the same content.
 */
export function amendContent(content: Json, { kind, id, at, message }: Amendment): Json {
  const told = { id, at: at.toISOString() };
  if (kind === 'revoked') {
    const { revoked } = content as { revoked?: { at: string } };
    return revoked && revoked.at <= told.at ? content : { ...content, revoked: told };
  }
  const known = Array.isArray(content.edits) ? (content.edits as Edit[]) : [];
  if (known.some((edit) => edit.id === id)) return content;

  const edits = [...known, { ...told, message }].sort((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1));
  const original = (content.original as Json | undefined) ?? saidIn(content);
  const now = saidIn(edits.at(-1)?.message ?? {}, original);
  return { ...without(content, saidIn(content)), ...now, original, edits };
}

function inOrder({ at, id }: Edit): string {
  return `${at} ${id}`;
}

/** Type and the object named after it. */
function saidIn(message: Json, otherwise: Json = {}): Json {
  const { type } = message;
  if (typeof type !== 'string' || !Object.hasOwn(message, type)) return otherwise;
  return { type, [type]: message[type] };
}

function without(content: Json, said: Json): Json {
  return Object.fromEntries(Object.entries(content).filter(([key]) => !Object.hasOwn(said, key)));
}
