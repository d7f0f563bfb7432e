import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

import { accessTo } from '#tenants';

import { AUDITED, NOT_AUDITED } from './audited.decorator.ts';

const READING = [RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS];

/** The start fails while a route changes something and says neither `@Audited` nor `@NotAudited`. */
@Injectable()
export class AuditCoverage implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const forgotten = this.discovery.getControllers().flatMap(({ metatype }) => this.forgottenOf(metatype as Type));
    if (forgotten.length === 0) return;
    throw new Error(`Say @Audited or @NotAudited of these routes, which change something: ${forgotten.join(', ')}`);
  }

  private forgottenOf(controller: Type): string[] {
    const methods = this.scanner.getAllMethodNames(controller.prototype);
    return methods
      .filter((method) => this.isForgotten(controller, controller.prototype[method]!))
      .map((method) => `${controller.name}.${method}`);
  }

  private isForgotten(controller: Type, handler: Handler): boolean {
    const method = this.reflector.get<RequestMethod | undefined>('method', handler);
    if (method === undefined || READING.includes(method)) return false;
    // Nobody is known there: whoever lets them in writes it down.
    if (accessTo(this.reflector, [handler, controller]) === 'public') return false;
    return [AUDITED, NOT_AUDITED].every((key) => this.reflector.get<unknown>(key, handler) === undefined);
  }
}

type Handler = (...args: unknown[]) => unknown;
type Type = (new (...args: unknown[]) => unknown) & { prototype: Record<string, Handler> };
