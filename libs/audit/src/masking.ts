/** Of people and of what is said to them: not for whoever reads the log, and not to outlive its erasure. */
const LEFT_OUT = new Set([
  'content',
  'template_parameters',
  'metadata',
  'recipient_name',
  'contact_name',
  'body',
  'q',
  'media',
  'events',
]);
const ADDRESSES = new Set(['to', 'recipient', 'contact', 'phone', 'wa_id', 'from_phone']);
const SECRET = /(token|secret|password|handle)s?$/i;
const API_KEY = /pal_[\w-]{20,}/g;
const PHONE = /\+\d{7,15}/g;

/** A JSON value as the audit log may keep it: without secrets and texts of messages, addresses of people masked. */
export function masked(value: unknown, name = ''): unknown {
  if (value === null || value === undefined) return value;
  if (LEFT_OUT.has(name)) return '[left out]';
  if (Array.isArray(value)) return value.map((one) => masked(one, name));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, masked(child, key)]));
  }
  return typeof value === 'string' ? maskedText(value, name) : value;
}

function maskedText(text: string, name: string): string {
  if (SECRET.test(name)) return '[secret]';
  if (ADDRESSES.has(name)) return maskedAddress(text);
  return text.replace(API_KEY, '[secret]').replace(PHONE, maskedAddress);
}

/** Enough to recognise a number that is known, and too little to learn one. */
function maskedAddress(address: string): string {
  return address.length < 8 ? '***' : `${address.slice(0, 3)}***${address.slice(-2)}`;
}
