import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';

/** What is being answered. */
export interface RequestContext {
  id: string;
  request: IncomingMessage;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Everything `work` starts belongs to this request: its log lines, errors and audit entries name it. */
export function runInRequest(context: RequestContext, work: () => void): void {
  contexts.run(context, work);
}

/** Undefined for what no request began. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

export function currentRequestId(): string | undefined {
  return contexts.getStore()?.id;
}
