/** Shows a command's progress on a terminal. */
import { line, showProgress } from './output.ts';

/** In milliseconds: short enough to look continuous. */
const OFTEN = 100;

/** @returns a function that reports progress; it updates one line on stderr, if that is a terminal, and removes it at the end */
export function progressOf(what: string): (done: number, total: number) => void {
  let last = Date.now();
  let isShown = false;
  return (done, total) => {
    if (done >= total) {
      if (isShown) showProgress(undefined);
      isShown = false;
      return;
    }
    if (Date.now() - last < OFTEN) return;
    last = Date.now();
    isShown = showProgress(line`${what} ${done} of ${total}…`);
  };
}
