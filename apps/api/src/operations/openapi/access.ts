import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';

import { type Access, accessTo } from '#tenants';

/** `messages_send`: the handler `send` of the `MessagesController`. */
export function operationIdOf(controller: string, handler: string): string {
  const [first = '', ...rest] = controller.replace(/Controller$/, '');
  return `${first.toLowerCase()}${rest.join('')}_${handler}`;
}

/** What each operation asks of its caller, read where the guard reads it. */
export function readAccess(app: INestApplicationContext): Map<string, Access> {
  const reflector = new Reflector();
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return new Map(
    controllers.flatMap(({ metatype }) => {
      const controller = metatype as { name: string; prototype: Record<string, () => unknown> };
      return Object.getOwnPropertyNames(controller.prototype)
        .filter((handler) => handler !== 'constructor')
        .map((handler): [string, Access] => {
          const targets = [controller.prototype[handler]!, controller as never];
          return [operationIdOf(controller.name, handler), accessTo(reflector, targets)];
        });
    }),
  );
}
