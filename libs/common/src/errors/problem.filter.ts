import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

import { answerProblem } from './answer-problem.ts';

/** Whatever a controller, guard or pipe throws is answered in one place. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(thrown, http.getRequest<Request>(), http.getResponse<Response>());
  }
}
