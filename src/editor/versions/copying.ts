/** Copy Version Reference, Copy Name and Copy as curl. */
import * as vscode from 'vscode';
import { STABLE } from '../../core/channel.ts';
import { versionReference } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { argumentOf, type CommandTarget, type FocusedNode, isNode, targetOf } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';
import { curlOf } from './curl.ts';
import { shellOf } from './shell.ts';
import { EMBEDDED } from './uri.ts';

export function registerCopying(
  workbench: Workbench,
  focused: FocusedNode,
  focusedInHistory: FocusedNode,
): vscode.Disposable {
  const { session, prompts, ask, report } = workbench;
  const target = async (argument: unknown, title: string): Promise<CommandTarget | undefined> =>
    targetOf(await argumentOf(argument, focused, focusedInHistory), workbench, {
      title,
      admits: listed => listed.summary !== undefined,
    });
  return vscode.Disposable.from(
    registerCommand('copyReference', 'Copying the reference', report, async argument => {
      const found = await target(argument, 'Copy Version Reference');
      if (found === undefined) return;
      const listed = prompts.listed.get(found.prompt);
      const newest = listed?.summary?.newest.version;
      const base = listed?.state === 'clean' ? listed.base : undefined;
      const version = found.version ?? (base as typeof newest) ?? newest;
      if (version === undefined) {
        await ask.tell('info', `${found.prompt} has no version yet: publish it first.`);
        return;
      }
      const reference = versionReference(found.prompt, version);
      await vscode.env.clipboard.writeText(reference);
      vscode.window.setStatusBarMessage(`Copied ${reference}`, 3000);
    }),
    registerCommand('copyName', 'Copying the name', report, async argument => {
      const isFolder = isNode(argument) && argument.kind === 'folder';
      const question = { title: 'Copy Name', admits: () => true };
      const name = isFolder ? argument.path : (await targetOf(argument, workbench, question))?.prompt;
      if (name === undefined) return;
      await vscode.env.clipboard.writeText(name);
      vscode.window.setStatusBarMessage(`Copied ${name}`, 3000);
    }),
    registerCommand('copyCurl', 'Copying the command', report, async argument => {
      const found = await target(argument, 'Copy as curl');
      if (found === undefined) return;
      const { pointer, version } = found;
      const what =
        pointer !== undefined
          ? { channel: pointer.channel }
          : version === undefined
            ? { channel: STABLE }
            : { version };
      const shell = shellOf(process.platform, vscode.env.shell);
      const { command, note } = curlOf(session.registry ?? EMBEDDED, found.prompt, what, shell);
      await vscode.env.clipboard.writeText(command);
      const key = pointer === undefined ? 'a key' : `a key for ${pointer.environment}`;
      const said = `Copied. Set the environment variable PROMPTFORGE_KEY to ${key} before you run it.`;
      void ask.tell('info', note === undefined ? said : `${said} ${note}`);
    }),
  );
}
