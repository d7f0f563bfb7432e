import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';

import { AuditTrail, type NewAuditEntry } from '#audit';
import { AppError, type JointDataSource } from '#common';
import type { AuthenticatedRequest } from '#tenants';

import { AUDITED, type Audited, type AuditedCall } from './audited.decorator.ts';
import { callOf, entryOf } from './audited-call.ts';

/** Writes down what `@Audited` routes do: in the transaction of the change, or around it. Refusals are told by `RefusalJournal`. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  private readonly logger = new Logger(AuditInterceptor.name);

  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    @Inject(DataSource) private readonly dataSource: JointDataSource,
    private readonly trail: AuditTrail,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audited = this.reflector.get<Audited | undefined>(AUDITED, context.getHandler());
    if (!audited) return next.handle();
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const call = callOf(request, request.caller);
    const response = context.switchToHttp().getResponse<Response>();
    const show = () => this.show(context, audited, call);
    const handle = () => lastValueFrom(next.handle(), { defaultValue: undefined });
    const did = audited.outside
      ? this.around(audited, call, show, handle)
      : this.within(audited, call, show, handle, () => response.hasHeader('Idempotency-Replayed'));
    return from(did);
  }

  /** A repetition, which `isReplayed` tells once it is answered, does nothing that the log does not have. */
  private async within(
    audited: Audited,
    call: AuditedCall,
    show: Ask,
    handle: Ask,
    isReplayed: () => boolean,
  ): Promise<unknown> {
    return this.dataSource.inTransaction(async (tx) => {
      const before = await show();
      const answer = await handle();
      if (isReplayed()) return answer;
      await this.trail.record(tx, await this.done(audited, call, { before, answer }, show));
      return answer;
    });
  }

  private async around(audited: Audited, call: AuditedCall, show: Ask, handle: Ask): Promise<unknown> {
    const before = await show();
    const { manager } = this.dataSource;
    await this.trail.record(manager, { ...entryOf(audited, call, {}), outcome: 'begun' });
    const answer = await handle();
    try {
      await this.trail.record(manager, await this.done(audited, call, { before, answer }, show));
    } catch (cause) {
      // It is done, and repeating it would be worse: the log has it as begun.
      this.logger.error({ message: 'The audit log does not tell how it ended', action: audited.action, err: cause });
    }
    return answer;
  }

  private async done(
    audited: Audited,
    call: AuditedCall,
    { before, answer }: { before: unknown; answer: unknown },
    show: Ask,
  ): Promise<NewAuditEntry> {
    return entryOf(audited, call, { before, answer, after: audited.show ? await show() : answer });
  }

  /** Null where there is nothing to show: what is wrong with the request is said by its handler. */
  private async show(context: ExecutionContext, { show }: Audited, call: AuditedCall): Promise<unknown> {
    if (!show) return null;
    try {
      return await show(this.modules.get(context.getClass(), { strict: false }), call);
    } catch (cause) {
      if (cause instanceof AppError && cause.status < 500) return null;
      throw cause;
    }
  }
}

type Ask = () => Promise<unknown>;
