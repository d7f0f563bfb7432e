import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { admit, currentRequestId, currentTenants, forEverybody, forTenant, runInRequest } from './request-context.ts';

const TENANT = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';

/** What `work` answers inside a request. */
const inRequest = <T>(work: () => T) =>
  new Promise<Awaited<T>>((resolve, reject) => {
    runInRequest(
      { id: 'a-request', request: {} as IncomingMessage },
      () => void Promise.resolve(work()).then(resolve, reject),
    );
  });

describe('whose rows work may see', () => {
  it('is everybody’s outside of requests', () => {
    expect(currentTenants()).toBe('everybody');
  });

  it('is nobody’s in a request, until its caller is known', async () => {
    expect(await inRequest(currentTenants)).toBe('nobody');
  });

  it('is a tenant’s once its key is known, also for what the request awaits', async () => {
    const seen = await inRequest(async () => {
      await Promise.resolve().then(() => admit(TENANT));
      return currentTenants();
    });

    expect(seen).toEqual({ tenantId: TENANT });
  });

  it('is everybody’s for a key of the platform', async () => {
    const seen = await inRequest(() => {
      admit(null);
      return currentTenants();
    });

    expect(seen).toBe('everybody');
  });

  it('changes for no other request', async () => {
    await inRequest(() => admit(null));

    expect(await inRequest(currentTenants)).toBe('nobody');
  });

  it('is widened and narrowed for a piece of work alone, which is still the request’s', async () => {
    const seen = await inRequest(() => {
      const all = forEverybody(() => [currentTenants(), currentRequestId()]);
      const one = forTenant(TENANT, () => [currentTenants(), currentRequestId()]);
      return [all, one, currentTenants()];
    });

    expect(seen).toEqual([['everybody', 'a-request'], [{ tenantId: TENANT }, 'a-request'], 'nobody']);
  });

  it('is for no caller to say outside of a request', () => {
    expect(() => admit(null)).toThrow('Only a request admits its caller');
  });
});
