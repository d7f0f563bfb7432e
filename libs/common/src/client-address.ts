import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

import proxyAddr from 'proxy-addr';

/**
 * Whose request it is. `X-Forwarded-For` is believed as far as trusted proxies wrote it: anybody can send that header, so
 * without any (`TRUSTED_PROXIES`) the address is that of the connection.
 */
export class ClientAddress {
  private readonly isTrusted: ReturnType<typeof proxyAddr.compile>;

  /** @param trustedProxies addresses and ranges for which `areProxies` holds */
  constructor(trustedProxies: readonly string[] = []) {
    this.isTrusted = proxyAddr.compile([...trustedProxies]);
  }

  /** Null when the connection is gone already. */
  of(request: IncomingMessage): string | null {
    const { remoteAddress } = request.socket;
    if (!remoteAddress) return null;
    const address = proxyAddr(request, this.isTrusted);
    return plain(isIP(address) ? address : remoteAddress);
  }
}

/** Whether each is an address, a range such as 10.0.0.0/8, or `loopback`, `linklocal` or `uniquelocal`. */
export function areProxies(addresses: readonly string[]): boolean {
  try {
    proxyAddr.compile([...addresses]);
    return true;
  } catch {
    return false;
  }
}

/** An IPv4 client of a server that listens on IPv6 as well is still one of IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
