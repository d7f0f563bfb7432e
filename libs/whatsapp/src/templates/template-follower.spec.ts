import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { SubmittedTemplateRepository, WhatsAppTemplate } from '#messages';

import { aSender, someSenders } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { TemplateFollower } from './template-follower.ts';
import type { TemplateSubmissionsService } from './template-submissions.service.ts';

Logger.overrideLogger(false);

const OURS = aSender({ businessAccountId: '1' });
const THEIRS = aSender({ businessAccountId: '2' });

const pending = (businessAccountId: string, templateName: string): WhatsAppTemplate =>
  ({ businessAccountId, templateName, language: 'es', status: 'PENDING' }) as WhatsAppTemplate;

describe(TemplateFollower.name, () => {
  let awaited: WhatsAppTemplate[];
  let looked: string[];
  let deadAccounts: string[];
  let follower: TemplateFollower;

  beforeEach(() => {
    [awaited, looked, deadAccounts] = [[], [], []];
    const submitted = strict<SubmittedTemplateRepository>({
      now: () => Promise.resolve(new Date()),
      findAwaited: (accounts) => Promise.resolve(awaited.filter((one) => accounts.includes(one.businessAccountId))),
    });
    const submissions = strict<TemplateSubmissionsService>({
      look: (sender, template) => {
        looked.push(`${sender.businessAccountId}/${template.templateName}`);
        if (deadAccounts.includes(sender.businessAccountId)) return Promise.reject(new Error('token is dead'));
        return Promise.resolve({ ...template, status: 'APPROVED' });
      },
    });
    follower = new TemplateFollower(submitted, submissions, someSenders([OURS, THEIRS]));
  });

  it('asks about every template in review, each as its own account', async () => {
    awaited = [pending('1', 'a'), pending('2', 'b'), pending('gone', 'c')];

    expect(await follower.follow()).toBe(false);

    expect(looked).toEqual(['1/a', '2/b']);
  });

  it('goes on with the other accounts when one cannot be asked, and rests longer and longer', async () => {
    awaited = [pending('1', 'a'), pending('1', 'b'), pending('2', 'c')];
    deadAccounts = ['1'];

    const rests = [await follower.follow(), await follower.follow(), await follower.follow()];

    expect(looked.slice(0, 2)).toEqual(['1/a', '2/c']);
    expect(rests).toEqual([5_000, 10_000, 20_000]);
  });

  it('rests at most five minutes, and as usual once it was answered again', async () => {
    awaited = [pending('1', 'a')];
    deadAccounts = ['1'];
    for (let round = 0; round < 20; round++) await follower.follow();

    expect(await follower.follow()).toBe(300_000);
    deadAccounts = [];
    expect(await follower.follow()).toBe(false);
    deadAccounts = ['1'];
    expect(await follower.follow()).toBe(5_000);
  });
});
