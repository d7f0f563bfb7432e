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
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const response = http.getResponse<Response>();
    const call = callOf(request, request.caller);
    const work: Work = {
      audited,
      call,
      show: () => this.show(context, audited, call),
      handle: () => lastValueFrom(next.handle(), { defaultValue: undefined }),
      code: () => (response.hasHeader('Idempotency-Replayed') ? REPLAYED : null),
    };
    return from(audited.outside ? this.around(work) : this.within(work));
  }

  private async within(work: Work): Promise<unknown> {
    return this.dataSource.inTransaction(async (tx) => {
      const before = await work.show();
      const answer = await work.handle();
      await this.trail.record(tx, await entryOfDone(work, { before, answer }));
      return answer;
    });
  }

  private async around(work: Work): Promise<unknown> {
    const { audited, call } = work;
    const before = await work.show();
    const { manager } = this.dataSource;
    await this.trail.record(manager, { ...entryOf(audited, call, {}), outcome: 'begun' });
    const answer = await work.handle();
    try {
      await this.trail.record(manager, await entryOfDone(work, { before, answer }));
    } catch (cause) {
      // It is done, and repeating it would be worse: the log has it as begun.
      this.logger.error({ message: 'The audit log does not tell how it ended', action: audited.action, err: cause });
    }
    return answer;
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

/** What an audited request does. */
interface Work {
  audited: Audited;
  call: AuditedCall;
  /** The object as it is now. */
  show: Ask;
  handle: Ask;
  /** Once it is answered. */
  code: () => string | null;
}

/** Nothing was done again, but whoever asked was given the answer, which may show a secret. */
const REPLAYED = 'idempotency-replayed';

async function entryOfDone(
  { audited, call, show, code }: Work,
  { before, answer }: { before: unknown; answer: unknown },
): Promise<NewAuditEntry> {
  const after = audited.show ? await show() : answer;
  return { ...entryOf(audited, call, { before, answer, after }), code: code() };
}
