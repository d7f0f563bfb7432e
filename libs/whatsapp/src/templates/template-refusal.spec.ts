import { describe, expect, it } from '@jest/globals';

import { AppError } from '#common';

import { CloudApiNotSentError, CloudApiRefusal, CloudApiUnknownOutcomeError } from '../cloud-api/index.ts';
import { isGone, toTemplateProblem } from './template-refusal.ts';

const refusal = (code: number, subcode?: number, user?: string) =>
  new CloudApiRefusal(
    {
      code,
      message: 'Invalid parameter',
      ...(subcode !== undefined && { error_subcode: subcode }),
      ...(user !== undefined && { error_user_msg: user }),
    },
    400,
  );
const components = [{ type: 'header', format: 'TEXT' }, { type: 'body' }, { type: 'FOOTER' }];
const problemOf = (failure: unknown) => toTemplateProblem(failure, components) as AppError;

describe(toTemplateProblem.name, () => {
  it.each<[string, number, number | undefined, number, string]>([
    ['the limit of templates', 100, 2388019, 409, 'template-limit-reached'],
    ['a name that was removed', 100, 2388023, 409, 'template-name-blocked'],
    ['a name that is taken', 100, 2388024, 409, 'template-exists'],
    ['an edit at the wrong time', 100, 2388039, 409, 'template-not-editable'],
    ['an edit of what is Meta’s', 100, 2388318, 409, 'template-not-editable'],
    ['a removal of what is Meta’s', 100, 2388330, 409, 'template-not-deletable'],
    ['a template that is gone', 100, 33, 404, 'template-not-found'],
    ['a name that is gone', 100, 2593002, 404, 'template-not-found'],
    ['a wrong parameter', 100, undefined, 422, 'template-refused'],
    ['a code nobody knows', 987_654, undefined, 422, 'template-refused'],
    ['too many calls', 80007, undefined, 429, 'whatsapp-throttled'],
    ['too many calls of the app', 4, undefined, 429, 'whatsapp-throttled'],
    ['an outage', 2, undefined, 503, 'whatsapp-unavailable'],
    ['a dead token', 190, undefined, 502, 'whatsapp-refused'],
    ['a missing permission', 200, undefined, 502, 'whatsapp-refused'],
  ])('answers %s (%i, %p) with %i %s', (_what, code, subcode, status, problem) => {
    const answer = problemOf(refusal(code, subcode));

    expect(answer).toBeInstanceOf(AppError);
    expect(answer).toMatchObject({ status, code: problem });
    expect(answer.message).toMatch(/\w.*[.!]$/);
  });

  it.each([
    [2388040, 'components[1].text'],
    [2388047, 'components[0].text'],
    [2388072, 'components[1].text'],
    [2388073, 'components[2].text'],
    [2388293, 'components[1].text'],
    [2388299, 'components[1].text'],
    [2388043, 'components'],
  ])('names the part that subcode %i is about', (subcode, field) => {
    const answer = problemOf(refusal(100, subcode, 'The text is not right.'));

    expect(answer.errors).toEqual([{ field, message: expect.stringContaining('The text is not right.') }]);
  });

  it('repeats what Meta says, and adds what to do', () => {
    const answer = problemOf(refusal(100, 2388299, 'Variables cannot be at the end.'));

    expect(answer.message).toBe(
      'Meta refused the template (100). Invalid parameter: Variables cannot be at the end. Correct the template and submit it again.',
    );
  });

  it('tells how long to wait', () => {
    expect(problemOf(refusal(80007)).retryAfterSeconds).toBe(300);
    expect(problemOf(refusal(2)).retryAfterSeconds).toBe(60);
  });

  it('tells what is certain about a call without an answer', () => {
    expect(problemOf(new CloudApiNotSentError('ECONNREFUSED'))).toMatchObject({
      status: 503,
      code: 'whatsapp-unreachable',
      message: expect.stringContaining('Nothing was changed'),
    });
    expect(problemOf(new CloudApiUnknownOutcomeError('TIMEOUT'))).toMatchObject({
      status: 503,
      code: 'whatsapp-outcome-unknown',
      message: expect.stringContaining('may have been done'),
    });
  });

  it('leaves alone what is no failure of a call', () => {
    const failure = new Error('the database is away');

    expect(toTemplateProblem(failure)).toBe(failure);
  });
});

describe(isGone.name, () => {
  it.each([
    [refusal(100, 33), true],
    [refusal(100, 2593002), true],
    [refusal(100), false],
    [refusal(190, 33), false],
    [new Error('gone'), false],
  ])('%s: %p', (failure, expected) => {
    expect(isGone(failure)).toBe(expected);
  });
});
