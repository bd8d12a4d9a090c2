/** Waits for an event of VS Code that may never come. */
import type * as vscode from 'vscode';

/**
 * Resolves with the next event that `admits` accepts, or after so many milliseconds without one.
 * @param admits default: any event
 */
export function nextEvent<Event>(
  event: vscode.Event<Event>,
  milliseconds: number,
  admits: (event: Event) => boolean = () => true,
): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const listening = event(each => {
      if (admits(each)) done();
    });
  });
}
