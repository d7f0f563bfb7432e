import { type ArgumentsHost, Catch, Controller, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';

import { AppError } from '#common';

import { PoEventHandler } from './po-event.handler.ts';
import { PermanentEventError } from './transport/dead-letter.ts';
import { PO_EVENT_PATTERN } from './transport/po-rmq.server.ts';

/** Nest would turn every error into "Internal server error"; the transport decides by what it really was. */
@Catch()
class PassThroughFilter implements RpcExceptionFilter {
  catch(exception: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => exception);
  }
}

/** The broker's door. */
@Controller()
@UseFilters(PassThroughFilter)
export class PoEventsRmqController {
  constructor(private readonly handler: PoEventHandler) {}

  @EventPattern(PO_EVENT_PATTERN, Transport.RMQ)
  async take(@Payload() event: object): Promise<void> {
    try {
      await this.handler.handle(event);
    } catch (cause) {
      // A refusal that is the event's own fault stays one; what is ours (503) passes.
      throw cause instanceof AppError && cause.status < 500
        ? new PermanentEventError(cause.code, describe(cause))
        : cause;
    }
  }
}

function describe({ message, errors }: AppError): string {
  return errors?.map(({ field, message: fault }) => `${field}: ${fault}`).join('; ') || message;
}
