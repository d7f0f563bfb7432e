import { controlHandler } from './control.endpoint.ts';
import { Controls } from './controls.ts';
import { DEFAULT_OPTIONS, type SimulatorOptions } from './defaults.ts';
import { GraphApi } from './graph-api.ts';
import { type GraphRequest, HttpServer, json, type Reply } from './http.ts';
import { mediaRoutes } from './media.endpoint.ts';
import { messageRoutes } from './messages.endpoint.ts';
import { phoneNumberRoutes } from './phone-numbers.endpoint.ts';
import { templateRoutes } from './templates/templates.endpoint.ts';
import { uploadRoutes } from './templates/uploads.endpoint.ts';
import { World } from './world.ts';

/** A simulator that answers, with everything that can be seen of it and done to it. */
export class RunningSimulator extends Controls {
  readonly options: SimulatorOptions;
  readonly #server: HttpServer;
  #port = 0;

  constructor(world: World) {
    super(world);
    this.options = world.options;
    const graph = new GraphApi(world, [
      ...messageRoutes(world),
      ...mediaRoutes(world),
      ...templateRoutes(world),
      ...uploadRoutes(world),
      ...phoneNumberRoutes(world),
    ]);
    const control = controlHandler(this, world.options.verifyToken);
    this.#server = new HttpServer((request) => {
      if (request.path === '/') return introduction(request);
      return request.path.startsWith('/_simulator') ? control(request) : graph.handle(request);
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Base URL for clients: what `https://graph.facebook.com` is at Meta. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<this> {
    this.#port = await this.#server.listen(this.options.port);
    return this;
  }

  /** Calls off what is under way and closes every connection. */
  async stop(): Promise<void> {
    this.world.pauses.callOff();
    await this.#server.close();
    await this.world.webhooks.close();
  }
}

/** @throws Error when the port is taken */
export function startSimulator(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  return new RunningSimulator(new World({ ...DEFAULT_OPTIONS, ...options })).listen();
}

function introduction({ origin }: GraphRequest): Reply {
  return json({
    name: 'WhatsApp Cloud API simulator',
    graph: `${origin}/v23.0`,
    control: `${origin}/_simulator`,
  });
}
