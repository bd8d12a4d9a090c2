/** The alarm that a registry's log is not the one that was seen before: modal, and in the status bar until acknowledged. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import type { Workbench } from '../workbench.ts';

/** As it is kept over restarts: evidence. */
export interface Alarm {
  readonly registry: string;
  /** RFC 3339 UTC, by this machine's clock. */
  readonly seenAt: string;
  readonly message: string;
}

const KEPT = 'promptforge.alarm';

export interface Alarms extends vscode.Disposable {
  /** Of this registry, not acknowledged yet. */
  of(registry: string): Alarm | undefined;
  /** Resolves when the person has seen it. */
  raise(alarm: Alarm): Promise<void>;
  /** What the status bar says; undefined while there is none. */
  shown(): string | undefined;
}

/** @param acknowledged called with the registry whose alarm the person acknowledged */
export function registerAlarms(
  { ask, log, report }: Pick<Workbench, 'ask' | 'log' | 'report'>,
  memory: vscode.Memento,
  acknowledged: (registry: string) => Thenable<void>,
): Alarms {
  const item = vscode.window.createStatusBarItem('promptforge.alarm', vscode.StatusBarAlignment.Left, 1000);
  item.name = 'PromptForge Alarm';
  item.command = 'promptforge.showAlarm';
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
  const kept = () => memory.get<readonly Alarm[]>(KEPT, []);
  const show = () => {
    const [first] = kept();
    setContext('promptforge.alarm', first !== undefined);
    if (first === undefined) {
      item.hide();
      return;
    }
    item.text = '$(error) PromptForge: the log was rewritten';
    item.tooltip = `${first.registry}\n${first.message}`;
    item.accessibilityInformation = { label: `Alarm of PromptForge. ${first.message}`, role: 'button' };
    item.show();
  };
  const tell = async (alarm: Alarm) => {
    const answer = await ask.confirm({
      severity: 'error',
      message: `The log of ${alarm.registry} was rewritten.`,
      detail: `${alarm.message}\n\nSeen at ${alarm.seenAt}. Until you acknowledge it, this alarm stays in the status bar.`,
      button: 'Acknowledge',
      alternative: 'Copy as Evidence',
    });
    if (answer === 'alternative')
      await vscode.env.clipboard.writeText(`${alarm.seenAt} ${alarm.registry}\n${alarm.message}\n`);
    if (answer !== true) return;
    await memory.update(
      KEPT,
      kept().filter(({ registry }) => registry !== alarm.registry),
    );
    show();
    await acknowledged(alarm.registry);
  };
  show();
  const disposable = vscode.Disposable.from(
    item,
    registerCommand('showAlarm', 'Showing the alarm', report, async () => {
      const [first] = kept();
      if (first !== undefined) await tell(first);
    }),
  );
  return {
    of: registry => kept().find(alarm => alarm.registry === registry),
    async raise(alarm) {
      log.error(`${alarm.registry}: ${alarm.message}`);
      await memory.update(KEPT, [...kept().filter(({ registry }) => registry !== alarm.registry), alarm]);
      show();
      await tell(alarm);
    },
    shown: () => (kept().length === 0 ? undefined : item.text),
    dispose: () => disposable.dispose(),
  };
}
