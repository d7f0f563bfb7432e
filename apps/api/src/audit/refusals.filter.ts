import { type ArgumentsHost, Catch } from '@nestjs/common';

import { ProblemFilter } from '#common';

import type { AuditedRequest } from './audited-call.ts';
import type { RefusalJournal } from './refusal.journal.ts';

/** Answers whatever is thrown, once the audit log has it. */
@Catch()
export class RefusalsFilter extends ProblemFilter {
  constructor(
    private readonly journal: RefusalJournal,
    methodsOf: (path: string) => string[],
  ) {
    super(methodsOf);
  }

  override catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<AuditedRequest>();
    void this.journal.note(request, thrown).finally(() => super.catch(thrown, host));
  }
}
