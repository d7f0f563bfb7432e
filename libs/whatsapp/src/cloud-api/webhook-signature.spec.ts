import { describe, expect, it } from '@jest/globals';

import { signWebhook, verifyWebhookSignature } from './webhook-signature.ts';

const secret = 'app-secret';
const body = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');

describe(verifyWebhookSignature.name, () => {
  it('agrees with a signature computed elsewhere', () => {
    // RFC 4231, test case 2
    const header = 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

    const trusted = verifyWebhookSignature(Buffer.from('what do ya want for nothing?'), header, ['Jefe']);

    expect(trusted).toBe(true);
  });

  it('trusts the current and the previous secret, and no other', () => {
    const header = signWebhook(body, secret);

    expect(verifyWebhookSignature(body, header, [secret])).toBe(true);
    expect(verifyWebhookSignature(body, header, ['new-secret', secret])).toBe(true);
    expect(verifyWebhookSignature(body, header, ['new-secret', 'other'])).toBe(false);
    expect(verifyWebhookSignature(body, header, [])).toBe(false);
  });

  it('reads the hex digits in either case', () => {
    const header = signWebhook(body, secret).replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase());

    expect(verifyWebhookSignature(body, header, [secret])).toBe(true);
  });

  it('refuses a body changed by one byte', () => {
    const header = signWebhook(body, secret);
    const changed = Buffer.from(body);
    changed[0] = 0x20;

    expect(verifyWebhookSignature(changed, header, [secret])).toBe(false);
  });

  it('believes the escaped bytes as they came, not what parsing makes of them', () => {
    const escaped = Buffer.from('{"body":"ma\\u00f1ana \\ud83d\\ude00","url":"https:\\/\\/example.com\\/"}');
    const header = signWebhook(escaped, secret);
    const printedAgain = Buffer.from(JSON.stringify(JSON.parse(escaped.toString())));

    expect(verifyWebhookSignature(escaped, header, [secret])).toBe(true);
    expect(verifyWebhookSignature(printedAgain, header, [secret])).toBe(false);
  });

  it('never trusts an empty secret', () => {
    const header = signWebhook(body, '');

    expect(verifyWebhookSignature(body, header, ['', secret])).toBe(false);
  });

  const good = signWebhook(body, secret);
  it.each([
    ['a missing header', undefined],
    ['an empty one', ''],
    ['another algorithm', good.replace('sha256', 'sha1')],
    ['hex without its prefix', good.slice(7)],
    ['too few digits', good.slice(0, -2)],
    ['too many digits', `${good}00`],
    ['a letter that is no digit', good.replace(/.$/, 'g')],
    ['two signatures', `${good},${good}`],
    ['a line break at the end', `${good}\n`],
    ['characters beyond ASCII', `sha256=${'é'.repeat(64)}`],
  ])('refuses %s without throwing', (_what, header) => {
    expect(verifyWebhookSignature(body, header, [secret])).toBe(false);
  });
});
