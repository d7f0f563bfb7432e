import { describe, expect, it } from '@jest/globals';

import type { WhatsAppTemplate } from '#messages';

import { notificationText } from './notification-text.ts';
import { verdictOn } from './template-verdict.ts';

const body = { type: 'BODY', text: notificationText('es')!.text };
const template = (change: Partial<WhatsAppTemplate> = {}): WhatsAppTemplate =>
  ({
    templateName: 'po_notification',
    language: 'es',
    category: 'UTILITY',
    status: 'APPROVED',
    rejectedReason: null,
    statusDetails: null,
    parameterFormat: 'POSITIONAL',
    parameterCount: 3,
    components: [body],
    ...change,
  }) as WhatsAppTemplate;

describe(verdictOn.name, () => {
  it.each<[string, string, RegExp]>([
    ['APPROVED', 'ready', /can be sent/],
    ['FLAGGED', 'ready', /can be sent/],
    ['PENDING', 'in-review', /minutes.*24 hours.*by itself/s],
    ['IN_APPEAL', 'in-review', /24 hours/],
    ['REJECTED', 'act', /PATCH \/api\/v1\/whatsapp\/templates\/po_notification\/es.*PO_NOTIFICATION_TEMPLATE/s],
    ['PAUSED', 'act', /3 hours.*\/po_notification\/es\/unpause/s],
    ['DISABLED', 'act', /for good.*po_notification_2/s],
    ['ARCHIVED', 'act', /ARCHIVED cannot be sent/],
  ])('says of a template that is %s: %s, and what to do', (status, state, words) => {
    const verdict = verdictOn(template({ status }));

    expect(verdict.state).toBe(state);
    expect(verdict.advice.join('\n')).toMatch(words);
    expect(verdict.advice.at(-1)).toContain('this command again');
  });

  it('names the reason of a rejection', () => {
    const { advice } = verdictOn(
      template({ status: 'REJECTED', rejectedReason: 'SCAM', statusDetails: 'It asks for money.' }),
    );

    expect(advice.join('\n')).toContain('(SCAM: It asks for money.)');
  });

  it('warns of a category that costs more', () => {
    expect(verdictOn(template({ category: 'MARKETING' })).advice.join('\n')).toContain('MARKETING');
    expect(verdictOn(template()).advice.join('\n')).not.toContain('MARKETING');
  });

  it.each<[string, Partial<WhatsAppTemplate>, RegExp]>([
    ['two variables', { parameterCount: 2 }, /has 2 variables.*three/],
    ['named variables', { parameterFormat: 'NAMED' }, /have names/],
    ['a picture', { components: [{ type: 'HEADER', format: 'IMAGE' }, body] }, /header or a button/],
    ['a header with a variable', { components: [{ type: 'HEADER', format: 'TEXT', text: 'a {{1}}' }, body] }, /header/],
    [
      'a link with a variable',
      { components: [body, { type: 'BUTTONS', buttons: [{ type: 'URL', url: 'https://a.example/{{1}}' }] }] },
      /button/,
    ],
    ['a code to copy', { components: [body, { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE' }] }] }, /button/],
  ])('does not take a template with %s, though it is approved', (_what, change, words) => {
    const { state, advice } = verdictOn(template(change));

    expect(state).toBe('act');
    expect(advice[0]).toMatch(words);
  });

  it('takes one with a fixed header and a fixed link', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'Compras' },
      body,
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', url: 'https://a.example' },
          { type: 'QUICK_REPLY', text: 'Sí' },
        ],
      },
    ];

    expect(verdictOn(template({ components })).state).toBe('ready');
  });
});
