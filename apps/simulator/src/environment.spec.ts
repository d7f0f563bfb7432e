import { describe, expect, it } from '@jest/globals';

import { DEFAULT_OPTIONS } from './defaults.ts';
import { optionsFrom } from './environment.ts';

describe(optionsFrom.name, () => {
  it('gives the defaults for an empty environment, and for empty variables', () => {
    expect(optionsFrom({ SIMULATOR_PORT: '', SIMULATOR_ACCESS_TOKEN: '' })).toEqual(DEFAULT_OPTIONS);
  });

  it('takes what is set', () => {
    const options = optionsFrom({
      SIMULATOR_PORT: '0',
      SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:3000/hook',
      SIMULATOR_DELAY_MS: '5',
      SIMULATOR_MESSAGES_PER_SECOND: '80',
      SIMULATOR_TEMPLATE_REVIEW_MS: '60000',
    });

    expect(options).toMatchObject({
      port: 0,
      webhookUrl: 'http://127.0.0.1:3000/hook',
      statusDelaysMs: { sent: 5, delivered: 5, read: 5 },
      templateReviewMs: 60_000,
      limits: { messagesPerSecond: 80 },
    });
  });

  it('names a variable that is not a number', () => {
    expect(() => optionsFrom({ SIMULATOR_DELAY_MS: 'soon' })).toThrow('SIMULATOR_DELAY_MS');
  });
});
