/** The status bar item: the registry, its environment, and whether it responds; click to open the menu. */
import * as vscode from 'vscode';
import { oneLine } from '../../core/visible-text.ts';
import { registerCommand } from '../commands.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import type { Workbench } from '../workbench.ts';
import { countsOf } from '../working-copy/groups.ts';
import { menuFor } from './menu.ts';
import { statusWords } from './words.ts';

export function registerStatusBar(workbench: Workbench): vscode.Disposable {
  const { session, prompts, ask, report } = workbench;
  const item = vscode.window.createStatusBarItem('promptforge.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'PromptForge';
  item.command = 'promptforge.showMenu';
  return vscode.Disposable.from(
    item,
    session.onDidChange(() => show(item, workbench)),
    prompts.onDidChange(() => show(item, workbench)),
    registerCommand('showMenu', 'Showing the menu', report, async () => {
      const chosen = await ask.pick({
        title: 'PromptForge',
        placeholder: statusWords(session.state, session.registry)?.tooltip ?? '',
        options: menuFor(session.state, session.registry, session.oneOfSeveral !== undefined).map(
          ({ title, icon, command }) => ({
            label: title,
            icon,
            value: command,
          }),
        ),
      });
      if (chosen !== undefined) await vscode.commands.executeCommand(chosen);
    }),
  );
}

function show(item: vscode.StatusBarItem, { session, prompts }: Workbench): void {
  const { state, registry } = session;
  const words = statusWords(state, registry, countsOf(prompts.listed.values()), session.oneOfSeveral?.name);
  if (words === undefined) {
    item.hide();
    return;
  }
  item.text = oneLine(words.text);
  item.tooltip = new vscode.MarkdownString(escapeMarkdown(words.tooltip));
  item.accessibilityInformation = { label: oneLine(words.spoken) };
  item.backgroundColor = words.warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  item.show();
}
