import { setTimeout as pause } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { currentTenants, forTenant } from './request-context.ts';

/** As the driver throws it. */
const connectionLost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });

describe(GroupCommit.name, () => {
  let groups: string[][];
  /** Fails what holds one of these. */
  let faults: Map<string, Error>;
  /** Ends the commits that wait for it; none wait unless a test says so. */
  let endCommit: (() => void) | undefined;
  let holdsCommits: boolean;

  beforeEach(() => {
    [groups, faults, endCommit, holdsCommits] = [[], new Map(), undefined, false];
  });

  function aGroupCommit(options: Partial<GroupCommitOptions<string>> = {}): GroupCommit<string, string> {
    const commit = async (items: string[]): Promise<string[]> => {
      groups.push(items);
      if (holdsCommits) await new Promise<void>((end) => (endCommit = end));
      const fault = items.map((item) => faults.get(item)).find((each) => each !== undefined);
      if (fault) throw fault;
      return items.map((item) => `${item}, committed`);
    };
    return new GroupCommit(commit, { largest: 100, mostWaiting: 1_000, gapMs: 0, ...options });
  }
  const addAll = (intake: GroupCommit<string, string>, items: string[]) =>
    Promise.allSettled(items.map((item) => intake.add(item)));
  const groupsBegun = async (count: number): Promise<void> => {
    while (groups.length < count) await pause(1);
  };

  it('commits at once what comes together, and answers each its own result', async () => {
    const intake = aGroupCommit();

    const results = await Promise.all(['a', 'b', 'c'].map((item) => intake.add(item)));

    expect(groups).toEqual([['a', 'b', 'c']]);
    expect(results).toEqual(['a, committed', 'b, committed', 'c, committed']);
  });

  it('commits for all tenants at once, whoever came first', async () => {
    const seen: unknown[] = [];
    const intake = new GroupCommit(
      (tenants: string[]) => {
        seen.push(currentTenants());
        return Promise.resolve(tenants);
      },
      { largest: 100, mostWaiting: 100, gapMs: 0 },
    );

    await Promise.all(['a', 'b'].map((tenantId) => forTenant(tenantId, () => intake.add(tenantId))));

    expect(seen).toEqual(['everybody']);
  });

  it('answers nobody before the commit', async () => {
    holdsCommits = true;
    const intake = aGroupCommit();
    const answered: string[] = [];

    const adding = ['a', 'b'].map((item) => intake.add(item).then((result) => answered.push(result)));
    await groupsBegun(1);
    await new Promise(setImmediate);
    const before = [...answered];
    endCommit?.();
    await Promise.all(adding);

    expect(before).toEqual([]);
    expect(answered).toEqual(['a, committed', 'b, committed']);
  });

  it('gathers in the next group, in their order, those who come while one is being committed', async () => {
    holdsCommits = true;
    const intake = aGroupCommit();
    const first = intake.add('a');
    await groupsBegun(1);

    const others = [intake.add('b'), intake.add('c')];
    await new Promise(setImmediate);
    const meanwhile = groups.length;
    holdsCommits = false;
    endCommit?.();
    await Promise.all([first, ...others]);

    expect(meanwhile).toBe(1);
    expect(groups).toEqual([['a'], ['b', 'c']]);
  });

  it('waits between two groups, so that they are worth their commit', async () => {
    const intake = aGroupCommit({ gapMs: 500 });
    await intake.add('a');

    const others = [intake.add('b')];
    // Without a gap, the group of `b` would have begun by then.
    await pause(20);
    others.push(intake.add('c'));
    await Promise.all(others);

    expect(groups).toEqual([['a'], ['b', 'c']]);
  });

  it('does not wait when the next group is full', async () => {
    const intake = aGroupCommit({ largest: 2, gapMs: 60_000 });
    await intake.add('a');

    await addAll(intake, ['b', 'c']);

    expect(groups).toEqual([['a'], ['b', 'c']]);
  });

  it('makes no group larger than it may be', async () => {
    const intake = aGroupCommit({ largest: 2 });

    await addAll(intake, ['a', 'b', 'c', 'd', 'e']);

    expect(groups).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('counts what its items weigh, where that is asked for; one that is too heavy goes alone', async () => {
    const sizeOf = (item: string): number => item.length;
    const intake = aGroupCommit({ largest: 4, mostWaiting: 10, sizeOf });

    const outcomes = await addAll(intake, ['aa', 'bb', 'c', 'ddddd', 'one too many']);

    expect(groups).toEqual([['aa', 'bb'], ['c'], ['ddddd']]);
    expect(outcomes[4]).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
    await expect(intake.add('after it')).resolves.toBe('after it, committed');
  });

  it('halves a group that cannot be committed, until what is bad stands alone', async () => {
    const bad = new Error('is no item');
    faults.set('f', bad);
    const intake = aGroupCommit();

    const outcomes = await addAll(intake, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);

    const refused = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
    expect(refused).toEqual([5]);
    expect(outcomes[5]).toEqual({ status: 'rejected', reason: bad });
    expect(outcomes[7]).toEqual({ status: 'fulfilled', value: 'h, committed' });
    expect(groups.map((group) => group.join(''))).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
  });

  it('refuses all of a group when the database is away: none of them is to blame', async () => {
    const away = connectionLost();
    faults.set('b', away);
    const intake = aGroupCommit();

    const outcomes = await addAll(intake, ['a', 'b', 'c']);

    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: away }));
    expect(groups).toHaveLength(1);
  });

  it('goes on after a fault', async () => {
    faults.set('a', connectionLost());
    const intake = aGroupCommit();
    await addAll(intake, ['a']);

    expect(await intake.add('b')).toBe('b, committed');
  });

  it('sends callers away when too many wait, and tells them when to come again', async () => {
    const intake = aGroupCommit({ mostWaiting: 2 });

    const outcomes = await addAll(intake, ['a', 'b', 'c']);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { status: 503, code: 'overloaded', retryAfterSeconds: 1 } });
    expect(await intake.add('d')).toBe('d, committed');
  });

  it('is drained when nothing waits and nothing is being committed any more', async () => {
    holdsCommits = true;
    const intake = aGroupCommit({ largest: 1 });
    const adding = addAll(intake, ['a', 'b']);
    await groupsBegun(1);

    let drained = false;
    const draining = intake.drain().then(() => (drained = true));
    endCommit?.();
    await groupsBegun(2);
    const between = drained;
    endCommit?.();
    await draining;

    expect(between).toBe(false);
    expect(groups).toEqual([['a'], ['b']]);
    await adding;
  });

  it('is drained from the start', async () => {
    await expect(aGroupCommit().drain()).resolves.toBeUndefined();
  });
});
