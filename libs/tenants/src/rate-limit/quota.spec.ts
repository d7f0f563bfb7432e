import { describe, expect, it } from '@jest/globals';

import { quotaHeaders, rateLimited } from './quota.ts';

const QUOTA = { policy: 'key', limit: 600, remaining: 599, resetMs: 59_001 } as const;

describe(quotaHeaders.name, () => {
  it('writes structured fields, with whole seconds that are never too few', () => {
    expect(quotaHeaders(QUOTA)).toEqual({
      'RateLimit-Policy': '"key";q=600;w=60',
      RateLimit: '"key";r=599;t=60',
    });
  });
});

describe(rateLimited.name, () => {
  it.each([
    [59_001, 60, 'in 60 seconds'],
    [1, 1, 'in 1 second.'],
    [-5, 1, 'in 1 second.'],
  ])('with %p ms to go says to come back after %p s', (resetMs, seconds, words) => {
    const error = rateLimited({ ...QUOTA, resetMs }, 'This API key', 'Send less.');

    expect(error).toMatchObject({ status: 429, code: 'rate-limited', retryAfterSeconds: seconds });
    expect(error.message).toContain(words);
  });
});
