import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';

import type { SenderDirectory } from '#tenants';
import {
  type CloudApiAccount,
  type CloudApiClient,
  CloudApiNotSentError,
  CloudApiRefusal,
  type PhoneNumberInfo,
} from '#whatsapp';

import { strict } from '../../../../test/factories/strict.ts';
import { SenderCheck } from './sender-check.service.ts';

const APP = '0192f0c1-0000-7d4e-8f50-6172839405a6';
const NUMBER = { phoneNumberId: '200', businessAccountId: '900', appId: APP, accessToken: 'EAAG-b', apiVersion: null };

const refusal = (code: number) => new CloudApiRefusal({ message: `(#${code}) No, thank you`, code }, 400);

describe(SenderCheck.name, () => {
  function aCheck(answer: () => Promise<PhoneNumberInfo>) {
    const asked: CloudApiAccount[] = [];
    const check = new SenderCheck(
      strict<CloudApiClient>({
        getPhoneNumber: (account) => {
          asked.push(account);
          return answer();
        },
      }),
      strict<SenderDirectory>({
        apps: () => [
          { appId: null, secrets: ['secret-a'], verifyToken: 'a' },
          { appId: APP, secrets: ['secret-b', 'the one before'], verifyToken: 'b' },
        ],
      }),
    );
    return { check, asked };
  }

  it('asks as sending will: with the proof of the number’s app, and its version', async () => {
    const { check, asked } = aCheck(() => Promise.resolve({} as PhoneNumberInfo));

    await check.assertUsable(NUMBER);
    await check.assertUsable({ ...NUMBER, appId: null, apiVersion: 'v25.0' });

    expect(asked).toMatchObject([
      { phoneNumberId: '200', accessToken: 'EAAG-b', appSecret: 'secret-b' },
      { appSecret: 'secret-a', apiVersion: 'v25.0' },
    ]);
    expect(asked[0]).not.toHaveProperty('apiVersion');
  });

  it.each([
    ['the token', refusal(190), 422, 'sending-number-refused', 'access_token'],
    ['the number', refusal(100), 422, 'sending-number-refused', 'phone_number_id'],
    ['the hour', refusal(4), 503, 'whatsapp-unavailable', undefined],
    [
      'nothing, because it was not reached',
      new CloudApiNotSentError('ECONNREFUSED'),
      503,
      'whatsapp-unreachable',
      undefined,
    ],
  ])('tells when Meta refuses %s, and how to go on without it', async (_, failure, status, code, field) => {
    const { check } = aCheck(() => Promise.reject(failure));

    await expect(check.assertUsable(NUMBER)).rejects.toMatchObject({
      status,
      code,
      message: expect.stringContaining('?verify=false'),
      errors: field && [{ field, message: expect.stringContaining('No, thank you.') }],
    });
  });
});
