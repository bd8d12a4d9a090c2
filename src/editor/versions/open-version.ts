/** Opens a version: from the tree, or by its reference from the palette, the clipboard or a log line. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { type CommandTarget, isNode, namedTarget } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import type { Workbench } from '../workbench.ts';
import { openReference } from './open-reference.ts';
import { pickVersion } from './pick-version.ts';
import { EMBEDDED, parseVersionUri, versionUriParts } from './uri.ts';

export function registerOpenVersion(workbench: Workbench): vscode.Disposable {
  const { ask, prompts, report } = workbench;
  const open = (target: Required<Pick<CommandTarget, 'prompt' | 'version'>>) =>
    openReference(workbench, target);
  return vscode.Disposable.from(
    registerCommand('openReference', 'Opening the version', report, async argument => {
      const { askForReference, referenceIn } = await import('./ask-reference.ts');
      if (typeof argument === 'string') return openReference(workbench, referenceIn(argument));
      const asked = await askForReference(workbench);
      if (asked === undefined) return undefined;
      const editor = await openReference(workbench, asked);
      if (editor !== undefined) ask.sent(asked.draft);
      return editor;
    }),
    registerCommand('openVersion', 'Opening the version', report, async argument => {
      if (argument instanceof vscode.Uri && parseVersionUri(argument) !== undefined)
        return vscode.window.showTextDocument(argument, { preview: true });
      const named = isNode(argument) ? await namedTarget(argument, workbench) : undefined;
      if (named?.version !== undefined) return open({ prompt: named.prompt, version: named.version });
      if (named === undefined)
        return vscode.commands.executeCommand(
          'promptforge.openReference',
          ...(typeof argument === 'string' ? [argument] : []),
        );
      const chosen = await pickVersion(workbench, named.prompt, {
        title: `Open a Version of ${named.prompt}`,
        placeholder: 'Select a version',
      });
      return chosen === undefined ? undefined : open(chosen);
    }),
    registerCommand('openPrompt', 'Opening the prompt', report, async argument => {
      const target = await namedTarget(argument, workbench);
      if (target === undefined) return undefined;
      const copy = await prompts.workingCopy();
      const listed = prompts.mustHave(target.prompt);
      if (listed.hasFile && copy !== undefined)
        return vscode.window.showTextDocument(uriOf(copy.folder.pathOf(target.prompt)));
      const version = listed.summary?.newest.version;
      return version === undefined ? undefined : open({ prompt: target.prompt, version });
    }),
  );
}

export function versionUri(
  registry: string | undefined,
  { prompt, version }: Required<Pick<CommandTarget, 'prompt' | 'version'>>,
): vscode.Uri {
  return vscode.Uri.from(versionUriParts({ registry: registry ?? EMBEDDED, prompt, version }));
}
