import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';

import { answerProblem } from './answer-problem.ts';
import { AppError } from './app.error.ts';

/** Whatever a controller, guard or pipe throws is answered in one place. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param methodsOf which methods a path takes: what is missing may be the method alone */
  constructor(private readonly methodsOf: (path: string) => string[] = () => []) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    // Nest's own: an object that is not found is an AppError.
    const methods = thrown instanceof NotFoundException ? this.methodsOf(request.path) : [];
    if (methods.length > 0) response.setHeader('Allow', methods.join(', '));
    answerProblem(methods.length > 0 ? methodNotAllowed(request.method, methods) : thrown, request, response);
  }
}

function methodNotAllowed(method: string, methods: string[]): AppError {
  return new AppError(405, 'method-not-allowed', `This path does not take ${method}, only ${methods.join(', ')}.`);
}
