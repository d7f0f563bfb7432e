/** Each step is so much faster than the last one that held. */
const STEP = 1.5;
/** Then the gap between the last that held and the first that did not is halved so often. */
const HALVINGS = 3;

/**
 * Steps up from `first` until a rate does not hold, then closes in.
 * @returns the highest rate that held; 0 when not even the first did
 */
export async function findRate(first: number, holds: (rate: number) => Promise<boolean>): Promise<number> {
  let held = 0;
  let failed = first;
  while (await holds(failed)) {
    held = failed;
    failed = Math.round(failed * STEP);
  }
  for (let halving = 0; halving < HALVINGS && failed - held > 1; halving += 1) {
    const between = Math.round((held + failed) / 2);
    if (await holds(between)) held = between;
    else failed = between;
  }
  return held;
}
