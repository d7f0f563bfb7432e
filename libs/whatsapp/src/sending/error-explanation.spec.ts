import { describe, expect, it } from '@jest/globals';

import { adviceFor } from '../cloud-api/index.ts';
import { EXPIRED } from './attempt-result.ts';
import { explainErrorCode } from './error-explanation.ts';

describe(explainErrorCode.name, () => {
  it("has the catalogue's words for a code of Meta's", () => {
    const { title, action } = adviceFor({ code: 131026 });

    expect(explainErrorCode('131026')).toMatchObject({ title, action, class: 'USER' });
  });

  it('has our own words for a code of ours', () => {
    expect(explainErrorCode('expired')).toMatchObject({ title: EXPIRED.title, action: EXPIRED.action });
  });

  it.each(['', 'unknown', '999999999', '1e5'])('says of %j that it is not known, and what to do', (code) => {
    expect(explainErrorCode(code)).toMatchObject({
      title: 'Not in the catalogue of errors',
      action: expect.stringMatching(/\w+ \w+/),
    });
  });
});
