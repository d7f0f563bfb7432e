/** One count of failed attempts, and how much it forgives. */
export interface Aspect {
  of: 'account' | 'address' | 'account-from-address';
  value: string;
}

interface Patience {
  /** The failure with which waiting begins, for one second; each further one doubles it. */
  failures: number;
  mostSeconds: number;
}

const QUARTER_HOUR_S = 900;

/**
 * Somebody who guesses meets the strict count of their address. The count of the whole account holds up many addresses
 * together; it never keeps the owner out for long. That of an address forgives a house full of people.
 */
const PATIENCE: Record<Aspect['of'], Patience> = {
  'account-from-address': { failures: 5, mostSeconds: QUARTER_HOUR_S },
  account: { failures: 20, mostSeconds: 30 },
  address: { failures: 30, mostSeconds: QUARTER_HOUR_S },
};

/** How long nobody may try after so many failures. */
export function delaySeconds(of: Aspect['of'], failures: number): number {
  const { failures: first, mostSeconds } = PATIENCE[of];
  return failures < first ? 0 : Math.min(2 ** (failures - first), mostSeconds);
}

/**
 * Whom an address stands for: itself, or in IPv6 the network of 2^64 addresses that one subscriber gets.
 */
export function networkOf(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4 || !address.includes(':')) return ipv4 ?? address;
  const [front = [], back = []] = address.split('::').map((side) => side.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
