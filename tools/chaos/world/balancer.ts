import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The one address before all replicas, as in production: each connection goes to one that takes it. */
export class Balancer {
  private readonly server = createServer((near) => void this.carry(near));
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(private readonly ports: readonly number[]) {}

  static async start(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.server.listen(0, '127.0.0.1');
    await once(balancer.server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private async carry(near: Socket): Promise<void> {
    this.keep(near);
    const far = await this.reach();
    if (!far) {
      near.destroy();
      return;
    }
    this.keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  }

  /** Tries every replica once, in turn. */
  private async reach(): Promise<Socket | undefined> {
    const first = this.turn++;
    for (let offset = 0; offset < this.ports.length; offset++) {
      const far = connect(this.ports[(first + offset) % this.ports.length] as number, '127.0.0.1');
      const connected = await new Promise<boolean>((resolve) => {
        far.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      if (connected) return far;
    }
    return undefined;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // Whoever reads from it sees that it ended.
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }
}
