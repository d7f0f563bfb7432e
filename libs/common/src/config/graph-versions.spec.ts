import { describe, expect, it } from '@jest/globals';

import { graphVersionWarning } from './graph-versions.ts';

describe(graphVersionWarning.name, () => {
  it('says nothing until the day a version ends', () => {
    expect(graphVersionWarning('v21.0', new Date('2027-01-20T23:59:59Z'))).toBeUndefined();
  });

  it('names the version, its end and a current one from that day on', () => {
    const warning = graphVersionWarning('v21.0', new Date('2027-01-21T00:00:00Z'));

    expect(warning).toMatch(/v21\.0.*2027-01-21.*WHATSAPP_API_VERSION=v26\.0$/);
  });

  it('takes a version older than those listed for one that is over', () => {
    expect(graphVersionWarning('v3.0', new Date('2026-11-21'))).toMatch(/v3\.0.*before 2025-09-12/);
  });

  it.each(['v26.0', 'v27.0'])('says nothing about %s, whose end is not known', (version) => {
    expect(graphVersionWarning(version, new Date('2035-01-01'))).toBeUndefined();
  });
});
