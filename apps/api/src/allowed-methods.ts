import type { NestExpressApplication } from '@nestjs/platform-express';

interface Layer {
  route?: { methods: Record<string, boolean> };
  match(path: string): unknown;
}

/** The methods that a path takes, as Express routes it; none for a path that leads nowhere. */
export function allowedMethods(app: NestExpressApplication): (path: string) => string[] {
  return (path) => {
    const { router } = app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
    const routes = router.stack.flatMap((layer) => (layer.route && layer.match(path) ? layer.route : []));
    const methods = new Set(routes.flatMap((route) => Object.keys(route.methods)).map((name) => name.toUpperCase()));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  };
}
