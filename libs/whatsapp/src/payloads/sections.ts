import { type Check, list, object, optional, type Rule, text } from './check.ts';
import { dig, itemsOf } from './json.ts';

/** 1 to 10 sections, each with items under the field `name`: at most `max` in all. Only a section that stands alone may lack a title. */
export function sections(name: string, item: Check, { max, of }: { max: number; of: string }): Check {
  const inAll: Rule<unknown[]> = (value, place) => {
    const count = value.reduce<number>((sum, section) => sum + itemsOf(dig(section, name)).length, 0);
    if (count > max) place.refuse(`at most ${max} ${of} in all sections together, this has ${count}`);
  };
  const titled: Rule<unknown[]> = (value, place) => {
    if (value.length < 2) return;
    value.forEach((section, index) => {
      if (dig(section, 'title') === undefined)
        place.at(index).at('title').refuse('is required when there are several sections');
    });
  };
  const section = object({ title: optional(text({ max: 24 })), [name]: list(item, { of }) });
  return list(section, { max: 10, of: 'sections' }, inAll, titled);
}
