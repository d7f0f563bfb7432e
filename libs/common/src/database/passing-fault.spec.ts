import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';

import { isPassingDatabaseFault } from './passing-fault.ts';

const withCode = (code: string, message = 'driver says no') => Object.assign(new Error(message), { code });
const failedQuery = (cause: Error) => new QueryFailedError('SELECT 1', [], cause);

describe(isPassingDatabaseFault.name, () => {
  it.each([
    ['08006', 'the connection failed'],
    ['28P01', 'the password was changed'],
    ['3D000', 'the database is being restored'],
    ['25006', 'the primary became a replica'],
    ['40001', 'a serialization failure'],
    ['40P01', 'a deadlock'],
    ['53300', 'too many connections'],
    ['55P03', 'a lock was not free'],
    ['57P01', 'an administrator shuts down'],
    ['57014', 'a statement took too long'],
    ['58030', 'a disk error'],
  ])('takes %s, %s, for passing, wrapped by TypeORM or not', (code) => {
    const bare = withCode(code);

    expect([isPassingDatabaseFault(bare), isPassingDatabaseFault(failedQuery(bare))]).toEqual([true, true]);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])(
    'takes %s of the system for passing',
    (code) => {
      expect(isPassingDatabaseFault(withCode(code))).toBe(true);
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('knows the driver by its text: %s', (text) => {
    expect(isPassingDatabaseFault(new Error(text))).toBe(true);
  });

  it.each([
    ['22P02', 'a wrong value'],
    ['23505', 'a duplicate'],
    ['42P01', 'a missing table'],
    ['55006', 'an object in use'],
  ])('finds the work at fault for %s, %s', (code) => {
    expect(isPassingDatabaseFault(failedQuery(withCode(code)))).toBe(false);
  });

  it('believes the code, not a text in which a caller may have written one', () => {
    const refused = withCode('22P02', 'invalid input syntax for type uuid: "ECONNREFUSED"');

    expect(isPassingDatabaseFault(failedQuery(refused))).toBe(false);
  });

  it('does not blame the database for somebody else who could not be reached', () => {
    const unreachable = new Error('Meta cannot be reached', { cause: withCode('ECONNREFUSED') });

    expect(isPassingDatabaseFault(unreachable)).toBe(false);
  });

  it.each([[new TypeError('x is undefined')], ['ECONNREFUSED'], [undefined], [null]])(
    'takes the surprise %p for none',
    (thrown) => {
      expect(isPassingDatabaseFault(thrown)).toBe(false);
    },
  );
});
