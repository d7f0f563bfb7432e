import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Shell: waits, for 10 s at most, for the end of a process, or of a whole group when its number is negative. */
const UNTIL_GONE = 'until_gone() { n=0; while kill -s 0 -- "$1" && [ $((n+=1)) -lt 100 ]; do sleep 0.1; done; }';

/**
 * Runs a shell script (`$1`… are `args`) when this process asks for it or is gone, however it ended: Ctrl-C and kill -9
 * skip Jest's teardown. A shell apart from the terminal waits for the end of a pipe whose other end only we hold.
 * @returns runs the script now and waits for it
 */
export function afterwards(script: string, ...args: string[]): () => Promise<void> {
  const shell = spawn('sh', ['-c', `${UNTIL_GONE}; cat > /dev/null; ${script}`, 'sh', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exit = once(shell, 'exit');
  shell.unref();
  return async () => {
    shell.ref();
    shell.stdin.end();
    await exit;
  };
}

/** Ends the PostgreSQL server of throw-away data in `dataDir`, if one runs, and removes `folder`, which holds it. */
export function removePostgresAfterwards(dataDir: string, folder: string): () => Promise<void> {
  const script = 'pid=$(head -n 1 "$1/postmaster.pid") && kill -s QUIT "$pid"; until_gone "$pid"; rm -rf "$2"';
  return afterwards(script, dataDir, folder);
}
