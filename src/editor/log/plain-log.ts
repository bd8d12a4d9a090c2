/** A log channel in which every entry is one line, whatever it contains. */
import type * as vscode from 'vscode';
import { oneLine, visibleLines } from '../../core/visible-text.ts';
import { withReadablePaths } from '../files/virtual-path.ts';

const ENTRIES = ['info', 'warn', 'error'] as const;
/** Stacks have lines of their own. */
const DETAILS = ['trace', 'debug'] as const;

export function plainLog(channel: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const plain = (levels: readonly (keyof vscode.LogOutputChannel)[], shown: (text: string) => string) =>
    levels.map(level => [
      level,
      {
        writable: true,
        value: (message: unknown, ...rest: unknown[]) =>
          (channel[level] as (...all: unknown[]) => void)(
            shown(
              withReadablePaths(
                message instanceof Error ? (message.stack ?? message.message) : String(message),
              ),
            ),
            ...rest,
          ),
      },
    ]);
  // VS Code's own channel is frozen.
  return Object.create(
    channel,
    Object.fromEntries([...plain(ENTRIES, oneLine), ...plain(DETAILS, visibleLines)]),
  );
}
