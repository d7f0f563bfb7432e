import { AsyncLocalStorage } from 'node:async_hooks';

const requestIds = new AsyncLocalStorage<string>();

/** Everything `work` starts belongs to this request: its log lines and errors name the id. */
export function runWithRequestId(requestId: string, work: () => void): void {
  requestIds.run(requestId, work);
}

export function currentRequestId(): string | undefined {
  return requestIds.getStore();
}
