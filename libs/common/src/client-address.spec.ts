import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { areProxies, ClientAddress } from './client-address.ts';

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe(ClientAddress.name, () => {
  it.each<[string, string[], IncomingMessage, string | null]>([
    ['the connection', [], from('203.0.113.7'), '203.0.113.7'],
    ['the connection, whatever the header claims', [], from('203.0.113.7', '198.51.100.1'), '203.0.113.7'],
    ['what a trusted proxy heard from', ['10.0.0.0/8'], from('10.1.2.3', '198.51.100.1'), '198.51.100.1'],
    [
      'the last one that no trusted proxy vouches for',
      ['loopback', '10.0.0.1'],
      from('127.0.0.1', '6.6.6.6, 198.51.100.1, 10.0.0.1'),
      '198.51.100.1',
    ],
    ['the connection of somebody who is no trusted proxy', ['10.0.0.1'], from('10.0.0.2', '198.51.100.1'), '10.0.0.2'],
    ['the proxy, where it passes on what is no address', ['10.0.0.1'], from('10.0.0.1', "'; DROP"), '10.0.0.1'],
    ['IPv4 as such', [], from('::ffff:203.0.113.7'), '203.0.113.7'],
    ['IPv6', [], from('2001:db8::1'), '2001:db8::1'],
    ['nothing of a connection that is gone', [], from(undefined), null],
  ])('is %s', (_, proxies, request, address) => {
    expect(new ClientAddress(proxies).of(request)).toBe(address);
  });
});

describe(areProxies.name, () => {
  it.each([['10.0.0.1'], ['10.0.0.0/8'], ['fd00::/8'], ['loopback']])('takes %s', (one) => {
    expect(areProxies([one])).toBe(true);
  });

  it.each([['proxy.internal'], ['10.0.0.0/33'], ['']])('refuses %j', (one) => {
    expect(areProxies(['10.0.0.1', one])).toBe(false);
  });
});
