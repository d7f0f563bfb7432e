import { number, object, optional, text } from './check.ts';

/** A place on the map, in degrees. */
export const location = {
  check: object({
    latitude: number({ min: -90, max: 90 }),
    longitude: number({ min: -180, max: 180 }),
    name: optional(text({ min: 0 })),
    address: optional(text({ min: 0 })),
  }),
};
