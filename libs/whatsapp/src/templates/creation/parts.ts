import type { Place, Rule } from '../../payloads/check.ts';
import { dig, lowerCase } from '../../payloads/json.ts';

export function typeOf(component: unknown): string {
  return lowerCase(dig(component, 'type'));
}

/** No part of a template is there twice. */
export function oneOfEach(components: unknown[], place: Place): void {
  const seen = new Set<string>();
  components.forEach((component, index) => {
    const type = typeOf(component);
    if (type !== '' && seen.has(type)) place.at(index).refuse(`is a second ${type.toUpperCase()} component`);
    seen.add(type);
  });
}

/** A part that must be there, and why. */
export function required(type: string, why: string): Rule<unknown[]> {
  return (components, place) => {
    if (!components.some((component) => typeOf(component) === type)) {
      place.refuse(`needs a ${type.toUpperCase()} component: ${why}`);
    }
  };
}
