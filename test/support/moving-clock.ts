import type { INestApplicationContext } from '@nestjs/common';

import { Clock } from '#common';

/** Stops the clock of an application, and answers how to move it on by hand: how long a test takes decides nothing then. */
export function movingClock(app: INestApplicationContext): (ms: number) => void {
  const clock = app.get(Clock);
  let time = Date.now();
  clock.now = () => new Date(time);
  return (ms) => {
    time += ms;
  };
}
