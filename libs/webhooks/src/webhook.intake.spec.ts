import { beforeEach, describe, expect, it } from '@jest/globals';

import type { WebhookDeliveryRepository } from '#messages';

import { strict } from '../../../test/factories/strict.ts';
import { WebhookIntake } from './webhook.intake.ts';
import type { WebhookListener } from './webhook.listener.ts';
import type { WebhookProcessor } from './webhook.processor.ts';

const SIGNER = { appId: 'app-1' };

describe(WebhookIntake.name, () => {
  let steps: string[];
  let fault: Error | undefined;
  let intake: WebhookIntake;

  beforeEach(() => {
    [steps, fault] = [[], undefined];
    intake = new WebhookIntake(
      strict<WebhookDeliveryRepository>({
        store: async ({ body, appId }) => {
          await new Promise(setImmediate);
          if (fault) throw fault;
          steps.push(`stored ${body.toString()} of ${appId}`);
          return 'delivery';
        },
      }),
      strict<WebhookListener>({ noteRefusal: () => void steps.push('refusal noted') }),
      strict<WebhookProcessor>({ wake: () => void steps.push('woken') }),
    );
  });

  it('has what is to be applied stored first', async () => {
    await intake.take(Buffer.from('{"a": 1}'), SIGNER);

    expect(steps).toEqual(['stored {"a": 1} of app-1', 'woken']);
  });

  it('notes that it sent a delivery away, and has nothing applied', async () => {
    fault = new Error('The database is away');

    await expect(intake.take(Buffer.from('{}'), SIGNER)).rejects.toBe(fault);
    expect(steps).toEqual(['refusal noted']);
  });

  it.each<[string, Buffer]>([
    ['no JSON', Buffer.from('{"a": ')],
    ['nothing', Buffer.alloc(0)],
    ['not in UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no bytes at all', undefined as unknown as Buffer],
  ])('refuses what is %s, which interrupts nothing: Meta does not send it', async (_, body) => {
    await expect(intake.take(body, SIGNER)).rejects.toMatchObject({ status: 400, code: 'body-not-json' });
    expect(steps).toEqual([]);
  });
});
