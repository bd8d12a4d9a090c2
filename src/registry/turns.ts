/** Takes turns with the process's other work: what checks many rows at a stretch would keep requests waiting meanwhile. */
import { setImmediate as others } from 'node:timers/promises';

/** In ms. */
const TURN = 5;

/** @returns what is called between rows: once a turn is over, it lets others have theirs */
export function turns(): () => Promise<void> {
  let ends = performance.now() + TURN;
  return async () => {
    if (performance.now() < ends) return;
    await others();
    ends = performance.now() + TURN;
  };
}
