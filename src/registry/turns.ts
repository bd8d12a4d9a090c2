/** Yields to the process's other work, because checking many rows in one go would delay requests. */
import { setImmediate as others } from 'node:timers/promises';

/** In ms. */
const TURN = 5;

/** @returns a function to await between rows, which yields when a turn is over */
export function turns(): () => Promise<void> {
  let ends = performance.now() + TURN;
  return async () => {
    if (performance.now() < ends) return;
    await others();
    ends = performance.now() + TURN;
  };
}
