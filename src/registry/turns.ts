/** Yields to the process's other work: checking many rows at a stretch would delay requests. */
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
