/** New Prompt: asks for a name, creates a file with a skeleton, and puts the cursor in it. */
import * as vscode from 'vscode';
import { type PromptName, parsePromptName } from '../../core/name.ts';
import { skeletonOf } from '../../workspace/skeleton.ts';
import { registerCommand } from '../commands.ts';
import { NAME_HINT, validateNewName } from '../explorer/new-name.ts';
import { isNode, targetInFront } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import type { Workbench } from '../workbench.ts';

/** @param reveal shows it in the tree */
export function registerNewPrompt(
  workbench: Workbench,
  reveal: (prompt: PromptName) => Promise<void>,
): vscode.Disposable {
  const { prompts, ask, report } = workbench;
  return registerCommand('newPrompt', 'Making the prompt', report, async argument => {
    const copy = await prompts.workingCopy();
    if (copy === undefined) {
      // Called from the walkthrough, before there is a project for the prompt.
      await vscode.commands.executeCommand('promptforge.connect');
      if ((await prompts.workingCopy()) === undefined) return;
    }
    const folder =
      isNode(argument) && argument.kind === 'folder' ? argument.path : await folderInFront(workbench);
    const draft = `new prompt in ${folder}`;
    const text = await ask.text({
      title: 'New Prompt',
      prompt: NAME_HINT,
      placeholder: 'support/triage',
      draft,
      value: folder === '' ? '' : `${folder}/`,
      validate: name => validateNewName(name, workbench),
    });
    if (text === undefined) return;
    const name = parsePromptName(text.trim());
    const { path } = await (await prompts.workingCopy())!.createPrompt(name, skeletonOf(name));
    ask.sent(draft);
    await prompts.rescan();
    const editor = await vscode.window.showTextDocument(uriOf(path), { preview: false });
    const start = placeToWrite(editor.document);
    editor.selection = new vscode.Selection(start.start, start.end);
    await reveal(name);
  });
}

/** The folder of the active prompt, as a default. */
async function folderInFront(workbench: Workbench): Promise<string> {
  const front = await targetInFront(workbench);
  const slash = front?.prompt.lastIndexOf('/') ?? -1;
  return slash < 0 ? '' : front!.prompt.slice(0, slash);
}

/** The range of the description, which is written first; the end if there is none. */
function placeToWrite(document: vscode.TextDocument): vscode.Range {
  const match = /^description: (.*)$/m.exec(document.getText());
  const start = match === null ? document.getText().length : match.index + 'description: '.length;
  return new vscode.Range(
    document.positionAt(start),
    document.positionAt(match === null ? start : start + (match[1]?.length ?? 0)),
  );
}
