import { number, object, optional, text } from './check.ts';

const degrees = { latitude: number({ min: -90, max: 90 }), longitude: number({ min: -180, max: 180 }) };

/** The map in a template's header, which is never without its words. */
export const headerLocation = object({ ...degrees, name: text(), address: text() });

/** A place on the map. */
export const location = {
  check: object({
    ...degrees,
    name: optional(text({ min: 0 })),
    address: optional(text({ min: 0 })),
  }),
};
