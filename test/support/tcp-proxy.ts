import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut and mend. */
export interface TcpProxy {
  /** The given URL, by way of the proxy. */
  url: string;
  /** Lets nothing through to the server any more, and tells nobody. */
  stall(): void;
  /** Breaks what is connected and lets nobody in. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param target URL of the server behind, with its port */
export async function aTcpProxy(target: string): Promise<TcpProxy> {
  const behind = new URL(target);
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined).on('close', () => sockets.delete(near));
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(Number(behind.port), behind.hostname);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    stall: () => {
      for (const socket of sockets) socket.unpipe();
    },
    mend: () => (open = true),
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
