import { closestName } from '#common';

import { fillText, parameterName, parameterText, type Path } from '../../payloads/index.ts';
import type { TextForm } from '../template-form.ts';
import type { Faults } from './faults.ts';
import type { GivenPart } from './given-parts.ts';

/** Which text of the template it is, and where it would be given. */
export interface TextPlace {
  what: 'body' | 'header';
  field: 'parameters' | 'header';
  within: Path;
  isNamed: boolean;
}

/** The values of a text: each one given, none too many, in the template's own format, and short enough once filled in. */
export function checkText(text: TextForm, given: GivenPart | undefined, place: TextPlace, faults: Faults): void {
  const { what, field, within, isNamed } = place;
  const values = given?.parameters ?? [];
  const { places } = text;
  if (places.length === 0) {
    if (given && values.length > 0)
      faults.refuse(listOf(given), `the ${what} of the template takes none; leave it out`);
    return;
  }
  if (!given || values.length === 0) {
    faults.miss(within, field, `the ${what} of the template needs ${shapeOf(text, place)}, none were given`);
    return;
  }
  // All of them are named or none, which is looked at elsewhere.
  if (isNamed !== (parameterName(values[0]) !== undefined)) {
    const format = isNamed ? 'named' : 'positional';
    faults.refuse(listOf(given), `the ${what} of the template has ${format} parameters: give ${shapeOf(text, place)}`);
    return;
  }
  const fits = isNamed ? checkNames(places, given, faults) : checkCount(places, given, what, faults);
  if (fits) checkLength(text, given, what, faults);
}

/** Named ones are given as an object, where there are several. */
function shapeOf({ places }: TextForm, { field, isNamed }: TextPlace): string {
  const names = places.join(', ');
  if (field === 'header') return isNamed ? `{"${names}": …}` : 'a text';
  return isNamed ? `an object with ${names}` : `an array of ${places.length}`;
}

function checkCount(places: readonly string[], given: GivenPart, what: string, faults: Faults): boolean {
  const [needed, count] = [places.length, given.parameters.length];
  if (needed === count) return true;
  const counts = `the ${what} of the template has ${needed} parameters, ${count} were given`;
  if (count < needed) faults.refuse(listOf(given), `${counts}: add what is missing`);
  else faults.refuse([...listOf(given), needed], `${counts}: leave the rest out`);
  return false;
}

function checkNames(places: readonly string[], given: GivenPart, faults: Faults): boolean {
  const names = given.parameters.map((one) => parameterName(one) ?? '');
  const missing = places.filter((place) => !names.includes(place));
  for (const name of missing) faults.miss(listOf(given), name, `is missing: the template has {{${name}}}`);
  names.forEach((name, index) => {
    if (places.includes(name)) return;
    const meant = closestName(name, missing);
    const remedy = meant ? `did you mean ${meant}?` : `it has ${places.join(', ')}`;
    faults.refuse([...listOf(given), index, 'parameter_name'], `is not in the template; ${remedy}`);
  });
  return missing.length === 0 && names.length === places.length;
}

function checkLength(text: TextForm, given: GivenPart, what: string, faults: Faults): void {
  const values = given.parameters.reduce<number>((sum, one) => sum + parameterText(one).length, 0);
  // Code units are never fewer than characters: most texts are seen to be short enough without filling them.
  if (text.text.length + values * text.repeats <= text.longest) return;
  const length = [...fillText(text.text, given.parameters)].length;
  if (length <= text.longest) return;
  const message = `the filled ${what} has ${length} characters, at most ${text.longest}: shorten the values`;
  faults.refuse(listOf(given), message);
}

function listOf({ path }: GivenPart): Path {
  return [...path, 'parameters'];
}
