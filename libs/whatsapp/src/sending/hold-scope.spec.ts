import { describe, expect, it } from '@jest/globals';

import { anOutboxMessage } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { adviceFor } from '../cloud-api/index.ts';
import { covers, heldScope, isHolding, isTestOf, isTooFast, scopesOf, templateKeyPrefix } from './hold-scope.ts';

const SENDER = aSender({ accessToken: 'a secret', businessAccountId: 'account', phoneNumberId: 'number' });
const MESSAGE = anOutboxMessage({
  phoneNumberId: 'number',
  templateName: 'po_notification',
  templateLanguage: 'es',
});
const held = (code: number) => heldScope(adviceFor({ code }), SENDER, MESSAGE);
const TEMPLATE = { scope: 'template', scopeKey: 'number/po_notification/es' } as const;

describe(heldScope.name, () => {
  it.each([
    ['an expired token', 190, 'token'],
    ['a limit of the app', 4, 'app'],
    ['a limit of the account', 80007, 'waba'],
    ['a number that sends too much spam', 131048, 'number'],
    ['a paused template', 132015, 'template'],
  ])('holds, for %s (%d), the %s', (_, code, scope) => {
    expect(held(code)?.scope).toBe(scope);
  });

  it.each([
    ['a number that is merely too fast', 130429],
    ['too much to one person', 131056],
    ['a message that can never arrive', 131026],
    ['a passing fault', 131016],
    ['a template that is wrong', 132000],
    ['a code that nobody knows', 139999],
  ])('holds nothing for %s (%d)', (_, code) => {
    expect(held(code)).toBeUndefined();
  });

  it('names a template with its language and the number it is sent from', () => {
    expect(held(132015)).toEqual(TEMPLATE);
    expect(TEMPLATE.scopeKey.startsWith(templateKeyPrefix(SENDER))).toBe(true);
  });

  it('never shows the token, and tells it from its successor', () => {
    const renewed = heldScope(adviceFor({ code: 190 }), { ...SENDER, accessToken: 'another secret' }, MESSAGE);

    expect(held(190)?.scopeKey).toMatch(/^[0-9a-f]{16}$/);
    expect(renewed?.scopeKey).not.toBe(held(190)?.scopeKey);
  });
});

describe(isTooFast.name, () => {
  it.each([
    [130429, true],
    [131048, false],
    [131056, false],
    [80007, false],
    [190, false],
  ])('is what Meta says with %d: %p', (code, expected) => {
    expect(isTooFast(adviceFor({ code }))).toBe(expected);
  });

  it('never holds at the same time', () => {
    expect(isHolding(adviceFor({ code: 130429 }), MESSAGE)).toBe(false);
  });
});

describe(covers.name, () => {
  it.each([190, 4, 80007, 131048])('knows what stops the whole sender (%d)', (code) => {
    expect(covers(scopesOf(SENDER), held(code)!)).toBe(true);
  });

  it('does not take a template for the whole sender', () => {
    expect(covers(scopesOf(SENDER), TEMPLATE)).toBe(false);
  });

  it("knows what stops another sender, and not this one's", () => {
    const other = aSender({ accessToken: 'their secret', businessAccountId: 'theirs', phoneNumberId: 'their number' });

    for (const code of [190, 4, 80007, 131048]) expect(covers(scopesOf(other), held(code)!)).toBe(false);
  });
});

describe(isTestOf.name, () => {
  it('takes any message for a test of what stops all of them', () => {
    expect(isTestOf({ scope: 'token', scopeKey: 'whatever' }, MESSAGE)).toBe(true);
  });

  it.each([
    ['of the template', {}, true],
    ['of another', { templateName: 'another' }, false],
    ['in another language', { templateLanguage: 'en' }, false],
    ['from another number', { phoneNumberId: '2' }, false],
    ['of no template', { templateName: null, templateLanguage: null }, false],
  ])('takes, for a test of a template, a message %s: %p', (_, change, expected) => {
    expect(isTestOf(TEMPLATE, { ...MESSAGE, ...change })).toBe(expected);
  });
});
