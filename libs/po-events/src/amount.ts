const DECIMAL = /^\d{1,30}(\.\d{1,20})?$/;
/** From here on a double has no exact cents any more, so its publisher must send a string. */
const TOO_LARGE_FOR_A_NUMBER = 2 ** 43;

/** The amount as a decimal string; undefined for what is none, is negative, or lost its cents on the way. */
export function readAmount(value: unknown): string | undefined {
  if (typeof value === 'number') return value < TOO_LARGE_FOR_A_NUMBER ? readAmount(plain(value)) : undefined;
  return typeof value === 'string' && DECIMAL.test(value.trim()) ? value.trim() : undefined;
}

/** Without an exponent: `1e-7` is `0.0000001000`. */
function plain(value: number): string {
  return String(value).includes('e') ? value.toFixed(10) : String(value);
}

/** `€1,250.00`: symbol, thousands, and the decimals the currency has. Decimal strings stay exact whatever their length. */
export function formatAmount(amount: string, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  // Some currencies are parted from the number by a no-break space, which reads as a plain one.
  return format.format(amount as Intl.StringNumericLiteral).replace(/\u00a0/g, ' ');
}

export const NO_AMOUNT =
  'must be an amount of zero or more: a number such as 1250.5, or a decimal string such as "1250.50" (always a string above 8 trillion)';
