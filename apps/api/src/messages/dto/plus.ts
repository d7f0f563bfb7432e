/** A `+` that nobody escaped arrives as a blank. */
export const plus = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.replace(/^ (?=\d)/, '+') : value;
