import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';
import { Table } from 'typeorm';

import { SnakeCaseStrategy } from './snake-case.strategy.ts';

describe(SnakeCaseStrategy.name, () => {
  const strategy = new SnakeCaseStrategy();

  it.each([
    ['id', 'id'],
    ['recipientPhone', 'recipient_phone'],
    ['whatsappMessageId', 'whatsapp_message_id'],
    ['sha256Hash', 'sha256_hash'],
  ])('calls the column of %s %s', (property, column) => {
    expect(strategy.columnName(property, undefined, [])).toBe(column);
  });

  it('leaves a name that was chosen as it is', () => {
    expect(strategy.columnName('recipientPhone', 'toNumber', [])).toBe('toNumber');
  });

  it('puts the name of an embedded object before its columns', () => {
    expect(strategy.columnName('postalCode', undefined, ['homeAddress'])).toBe('home_address_postal_code');
  });

  it.each([['api_keys'], [new Table({ name: 'api_keys' })]])('names a primary key as PostgreSQL does', (table) => {
    expect(strategy.primaryKeyName(table)).toBe('api_keys_pkey');
  });
});
