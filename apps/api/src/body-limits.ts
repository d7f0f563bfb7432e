/** Bytes. Meta's batches reach 3 MB. */
export const WEBHOOK_LIMIT = 4 * 1024 * 1024;
export const JSON_LIMIT = 1024 * 1024;
/** A bulk holds a thousand messages. */
export const BULK_LIMIT = 8 * 1024 * 1024;
/** class-transformer recurses: deeper nesting than any message needs would overflow the stack there. */
export const JSON_DEPTH = 32;
