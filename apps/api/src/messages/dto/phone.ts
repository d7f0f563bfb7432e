import { parseE164 } from '#common';

/**
 * A number in a query, however it is spelled, as long as only one can be meant: whoever looks for somebody has it from a page or
 * a table. A `+` that nobody escaped arrives as a blank.
 */
export const phone = ({ value }: { value: unknown }): unknown => {
  if (typeof value !== 'string') return value;
  const asked = value.replace(/^ (?=\d)/, '+');
  const parsed = parseE164(asked);
  return parsed.ok ? parsed.e164 : (parsed.suggestion ?? asked);
};
