import { type CountryCode, getCountries, getCountryCallingCode, Metadata } from 'libphonenumber-js/max';

/** What a country's plan says of numbers that are written as E.164. */
interface NumberingPlan {
  /** Of the number without its country code, in digits. */
  lengths: ReadonlySet<number>;
  /** What is dialled first inside of the country, and is no part of the number: the library takes it off. */
  prefix: RegExp | undefined;
}

/** By country code. Where several countries share one, which of them it is depends on the number: that is left to the library. */
const PLANS = new Map<string, NumberingPlan>();
const SHARED = new Set<string>();
for (const country of getCountries()) {
  const code = getCountryCallingCode(country);
  if (PLANS.has(code)) SHARED.add(code);
  PLANS.set(code, planOf(country));
}
for (const code of SHARED) PLANS.delete(code);

const LONGEST_CODE = 3;

/**
 * Whether a number (`+` and digits) is surely possible and complete as it stands, by the library's own data. False says nothing:
 * then ask the library, which takes ten times as long because it expects whatever people write.
 */
export function isPlainlyPossible(e164: string): boolean {
  for (let end = 2; end <= LONGEST_CODE + 1; end++) {
    const plan = PLANS.get(e164.slice(1, end));
    if (plan) return plan.lengths.has(e164.length - end) && !plan.prefix?.test(e164.slice(end));
  }
  return false;
}

function planOf(country: CountryCode): NumberingPlan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  const { numberingPlan } = metadata as unknown as {
    numberingPlan: { possibleLengths(): number[]; nationalPrefixForParsing(): string | undefined };
  };
  const prefix = numberingPlan.nationalPrefixForParsing();
  return {
    lengths: new Set(numberingPlan.possibleLengths()),
    prefix: prefix ? new RegExp(`^(?:${prefix})`) : undefined,
  };
}
