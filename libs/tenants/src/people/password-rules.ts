import { isCommonPassword } from './common-passwords.ts';

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;

/**
 * What is wrong with a password that somebody chose; undefined when nothing is. Length and how common it is count, and no
 * rule asks for signs or digits (NIST SP 800-63B).
 */
export function passwordFault(password: string, owner: { email: string; name: string }): string | undefined {
  const { length } = [...password];
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) {
    return `must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters; several words will do`;
  }
  if (/\p{Cs}/u.test(password)) return 'must not hold half of a character';
  if (isCommonPassword(password) || tellsOf(password, owner)) {
    return 'is one of the first that anybody would try; take several words that have nothing to do with each other';
  }
  return undefined;
}

/** Nothing but the owner's name or address, with little around it. */
function tellsOf(password: string, { email, name }: { email: string; name: string }): boolean {
  const given = lettersOf(password);
  return [email, email.split('@')[0]!, name].some((word) => lettersOf(word) === given);
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}]/gu, '');
}
