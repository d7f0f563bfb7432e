import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

describe('location messages', () => {
  it.each([
    [{ latitude: 90, longitude: -180 }],
    [{ latitude: '-90', longitude: '180.0' }],
    [{ latitude: 0, longitude: 0, name: 'Null Island', address: '' }],
    [{ latitude: 0, longitude: 0, name: '' }],
  ])('accepts %j', (location) => {
    expect(readContent({ type: 'location', location }).content).toEqual({ type: 'location', location });
  });

  it.each([
    [{ latitude: 90.01, longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is 90.01'],
    [{ latitude: '-91', longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is "-91"'],
    [{ latitude: 0, longitude: 180.5 }, 'longitude', 'must be a number from -180 to 180, this is 180.5'],
    [{ latitude: 0 }, 'longitude', 'is required'],
    [{ latitude: '40º', longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is "40º"'],
    [{ latitude: '', longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is ""'],
    [{ latitude: '0x10', longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is "0x10"'],
    [{ latitude: Infinity, longitude: 0 }, 'latitude', 'must be a number from -90 to 90, this is Infinity'],
    [{ latitude: 0, longitude: 0, url: 'x' }, 'url', 'is not known here; known are latitude, longitude, name, address'],
  ])('refuses %j', (location, field, message) => {
    expect(readContent({ type: 'location', location }).errors).toEqual([{ field: `location.${field}`, message }]);
  });
});
