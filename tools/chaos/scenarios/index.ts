import type { Random } from '../random.ts';
import { FREEZE_SCENARIOS, LONG_FREEZE } from './freezes.ts';
import { GRAPH_SCENARIOS } from './graph.ts';
import { KILL_SCENARIOS } from './kills.ts';
import { LIMIT_SCENARIOS } from './limits.ts';
import type { Scenario } from './scenario.ts';
import { SERVER_SCENARIOS } from './servers.ts';
import { WEBHOOK_SCENARIOS } from './webhooks.ts';

export { LONG_FREEZE };

/** Those that are drawn at random. */
export const SCENARIOS: readonly Scenario[] = [
  ...KILL_SCENARIOS,
  ...FREEZE_SCENARIOS,
  ...SERVER_SCENARIOS,
  ...GRAPH_SCENARIOS,
  ...WEBHOOK_SCENARIOS,
  ...LIMIT_SCENARIOS,
];

/** Cards that are put in order of their settings: each change of settings costs a restart of every process. */
const HAND = 40;

/** Every scenario as often as its weight says, in an order left to chance. */
export function shuffledDeck(random: Random): Scenario[] {
  const cards = random.shuffled(SCENARIOS.flatMap((scenario) => Array<Scenario>(scenario.weight).fill(scenario)));
  const hands: Scenario[] = [];
  for (let from = 0; from < cards.length; from += HAND) {
    const hand = cards.slice(from, from + HAND);
    hands.push(...hand.sort((one, other) => keyOf(one).localeCompare(keyOf(other))));
  }
  return hands;
}

/** @throws with the names there are */
export function scenarioNamed(name: string): Scenario {
  const all = [...SCENARIOS, LONG_FREEZE];
  const found = all.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`There is no scenario ${name}. There are: ${all.map((one) => one.name).join(', ')}`);
  return found;
}

function keyOf({ settings = {} }: Scenario): string {
  return JSON.stringify(settings);
}
