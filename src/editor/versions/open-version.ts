/** Opening a version: from the tree, or by its reference from the palette, the clipboard or a line of a log. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { referencesIn } from '../../core/references.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { isNode, namedTarget, type Target, targetInFront } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';
import { openReference } from './open-reference.ts';
import { inOtherCase } from './other-case.ts';
import { pickVersion } from './pick-version.ts';
import { EMBEDDED, parseVersionUri, versionUriParts } from './uri.ts';

export function registerOpenVersion(workbench: Workbench): vscode.Disposable {
  const { ask, prompts, report } = workbench;
  const open = (target: Required<Pick<Target, 'prompt' | 'version'>>) => openReference(workbench, target);
  return vscode.Disposable.from(
    registerCommand('openReference', 'Opening the version', report, async argument => {
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
        return vscode.window.showTextDocument(vscode.Uri.file(copy.folder.pathOf(target.prompt)));
      const version = listed.summary?.newest.version;
      return version === undefined ? undefined : open({ prompt: target.prompt, version });
    }),
  );
}

export function versionUri(
  registry: string | undefined,
  { prompt, version }: Required<Pick<Target, 'prompt' | 'version'>>,
): vscode.Uri {
  return vscode.Uri.from(versionUriParts({ registry: registry ?? EMBEDDED, prompt, version }));
}

async function askForReference(workbench: Workbench) {
  const { ask, prompts } = workbench;
  const front = await targetInFront(workbench);
  const listed = front === undefined ? undefined : prompts.listed.get(front.prompt);
  const newest = listed?.summary?.newest.version;
  const draft = `open version from ${front?.prompt ?? 'nothing'}`;
  const copied = await copiedReference();
  const offered = copied ?? (front === undefined ? undefined : `${front.prompt}@${newest ?? ''}`);
  const text = await ask.text({
    title: 'Open Version Reference',
    draft,
    isStale: () => copied !== undefined,
    prompt: 'A reference such as support/triage@12, or a log line that contains one',
    placeholder: 'support/triage@12',
    ...(offered !== undefined && { value: offered }),
    validate: value => whyNotReference(value, workbench),
  });
  if (text === undefined) return undefined;
  return { ...referenceIn(text), draft };
}

/** UTF-16 code units of the clipboard in which a reference is looked for: a line of a log, not a book. */
const MOST_COPIED = 10_000;

async function copiedReference(): Promise<string | undefined> {
  const copied = await vscode.env.clipboard.readText();
  const found = referencesIn(copied.slice(0, MOST_COPIED)).next().value;
  return found && versionReference(found.prompt, found.version);
}

/**
 * The reference that a text is, or the first one that it holds.
 * @throws Problem `invalid_name` or `invalid_request`
 */
function referenceIn(text: string): { readonly prompt: PromptName; readonly version: VersionNumber } {
  try {
    return parseVersionReference(text.trim());
  } catch (error) {
    const found = referencesIn(text).next().value;
    if (found === undefined) throw error;
    return found;
  }
}

function whyNotReference(text: string, { prompts }: Workbench): string | undefined {
  let reference: ReturnType<typeof referenceIn>;
  try {
    reference = referenceIn(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const found = prompts.listed.get(reference.prompt);
  if (found?.summary === undefined)
    return prompts.summaries.length === 0
      ? undefined
      : `There is no prompt ${reference.prompt} in the registry.${inOtherCase(reference.prompt, prompts.listed.keys())}`;
  const newest = found.summary.newest.version;
  return reference.version > newest ? `The newest version of ${reference.prompt} is @${newest}.` : undefined;
}
