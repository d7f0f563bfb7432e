import { isUuid } from '#common';

/** One attempt of one message: what travels in `biz_opaque_callback_data`, and holds nothing about the person. */
export interface AttemptRef {
  messageId: string;
  attempt: number;
}

/** `0192f0c1-…/1` */
export function writeAttemptRef({ messageId, attempt }: AttemptRef): string {
  return `${messageId}/${attempt}`;
}

/** Undefined for what is not ours: other tools on the same number put words of their own there. */
export function readAttemptRef(opaque: string | null): AttemptRef | undefined {
  const [messageId, attempt = '', ...rest] = opaque?.split('/') ?? [];
  if (!isUuid(messageId) || !/^[1-9]\d{0,8}$/.test(attempt) || rest.length > 0) return undefined;
  return { messageId: messageId.toLowerCase(), attempt: Number(attempt) };
}
