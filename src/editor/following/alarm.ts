/** The alarm that a registry's log cannot be trusted: modal, and in the status bar of every window until acknowledged. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import type { Workbench } from '../workbench.ts';
import { type Alarm, acknowledge, alarmsIn, keepAlarm } from './kept.ts';

export interface Alarms extends vscode.Disposable {
  /** Does nothing if it was raised already. Resolves when the person has seen it. */
  raise(alarm: Alarm): Promise<void>;
  /** The status bar text; undefined if there is none. */
  shown(): string | undefined;
}

/** @param acknowledged called after the person acknowledged one */
export function registerAlarms(
  { ask, log, report }: Pick<Workbench, 'ask' | 'log' | 'report'>,
  memory: vscode.Memento,
  acknowledged: () => void,
): Alarms {
  const item = vscode.window.createStatusBarItem('promptforge.alarm', vscode.StatusBarAlignment.Left, 1000);
  item.name = 'PromptForge Alarm';
  item.command = 'promptforge.showAlarm';
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
  const show = () => {
    const [first] = alarmsIn(memory);
    setContext('promptforge.alarm', first !== undefined);
    if (first === undefined) {
      item.hide();
      return;
    }
    item.text = `$(error) PromptForge: the log ${WHAT[first.kind]}`;
    item.tooltip = `${first.registry}\n${first.message}`;
    item.accessibilityInformation = { label: `PromptForge alarm. ${first.message}`, role: 'button' };
    item.show();
  };
  const tell = async (alarm: Alarm) => {
    const answer = await ask.confirm({
      severity: 'error',
      message: `The log of ${alarm.registry} ${WHAT[alarm.kind]}.`,
      detail: `${alarm.message}\n\nSeen at ${alarm.seenAt}. This alarm stays in the status bar until you acknowledge it.`,
      // It may appear while somebody types, so Enter must not dismiss it.
      button: 'Copy as Evidence',
      alternative: 'Acknowledge',
    });
    if (answer === true)
      await vscode.env.clipboard.writeText(`${alarm.seenAt} ${alarm.registry}\n${alarm.message}\n`);
    if (answer !== 'alternative') return;
    await acknowledge(memory, alarm);
    show();
    acknowledged();
  };
  show();
  const disposable = vscode.Disposable.from(
    item,
    // Another window may have raised or acknowledged one.
    vscode.window.onDidChangeWindowState(show),
    registerCommand('showAlarm', 'Showing the alarm', report, async () => {
      const [first] = alarmsIn(memory);
      if (first !== undefined) await tell(first);
    }),
  );
  return {
    async raise(alarm) {
      const kept = keepAlarm(memory, alarm);
      if (kept === undefined) return;
      log.error(`${alarm.registry}: ${alarm.message}`);
      show();
      await Promise.all([kept, tell(alarm)]);
    },
    shown: () => (alarmsIn(memory).length === 0 ? undefined : item.text),
    dispose: () => disposable.dispose(),
  };
}

const WHAT: Readonly<Record<Alarm['kind'], string>> = {
  rewritten: 'was rewritten',
  signer: 'is signed by another key',
  broken: 'is inconsistent',
};
