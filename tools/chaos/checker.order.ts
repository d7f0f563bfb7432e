import type { Row, Send } from './evidence.ts';
import type { Story } from './story.ts';
import { type Violation, violation } from './violation.ts';

/** What sets a message apart from its turn: the ones behind it need not wait for an admin, or for Meta. */
const OUT_OF_TURN = ['unconfirmed', 'held', 'resent'];

/** Messages to one person leave in the order they were accepted, the more urgent ones before. */
export function orderViolations(stories: readonly Story[], sends: readonly Send[]): Violation[] {
  const placeOf = new Map(sends.map(({ wamid }, place) => [wamid, place]));
  return byPerson(stories.filter(isInTurn)).flatMap((person) => {
    const accepted = person.sort((a, b) => ((a.rows[0] as Row).id < (b.rows[0] as Row).id ? -1 : 1));
    return accepted.flatMap((earlier, index) => {
      const overtaker = accepted
        .slice(index + 1)
        .find((later) => mustFollow(later, earlier) && isBefore(later, earlier));
      return overtaker ? [violation('order', earlier, `was overtaken by ${overtaker.reference}`)] : [];
    });
  });

  function isBefore(one: Story, other: Story): boolean {
    return firstPlace(one) < firstPlace(other);
  }

  function firstPlace(story: Story): number {
    return placeOf.get((story.sends[0] as Send).wamid) as number;
  }
}

function isInTurn({ rows, sends }: Story): boolean {
  const [row] = rows;
  return row !== undefined && sends.length > 0 && !row.events.some(({ type }) => OUT_OF_TURN.includes(type));
}

function mustFollow(later: Story, earlier: Story): boolean {
  return (later.rows[0] as Row).priority >= (earlier.rows[0] as Row).priority;
}

function byPerson(stories: readonly Story[]): Story[][] {
  const people = new Map<string, Story[]>();
  for (const story of stories) {
    const { to } = story.rows[0] as Row;
    people.set(to, [...(people.get(to) ?? []), story]);
  }
  return [...people.values()];
}
