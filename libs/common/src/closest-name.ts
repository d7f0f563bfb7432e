/** The candidate most like a mistyped name, when it is near enough to have been meant: at most a third of it differs. */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  return closestNames(name, candidates)[0];
}

/** All candidates that are near enough, the nearest first. */
export function closestNames(name: string, candidates: readonly string[]): string[] {
  return (
    candidates
      // Lengths first: whoever sends a name of a megabyte does not get its distances computed.
      .filter((candidate) => Math.abs(name.length - candidate.length) <= tolerance(name, candidate))
      .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
      .filter(({ candidate, distance }) => distance <= tolerance(name, candidate))
      .sort((one, other) => one.distance - other.distance)
      .map(({ candidate }) => candidate)
  );
}

function tolerance(name: string, candidate: string): number {
  return Math.max(name.length, candidate.length) / 3;
}

/** Levenshtein's: how many characters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, character] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = row[column - 1]! + (to[column - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
