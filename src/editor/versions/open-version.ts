/** Opening a version: from the tree, or by its reference from the palette. */
import * as vscode from 'vscode';
import { didYouMean } from '../../core/missing-partial.ts';
import { foldCase } from '../../core/name-case.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { isNode, namedTarget, type Target } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';
import { pickVersion } from './pick-version.ts';
import { EMBEDDED, versionUriParts } from './uri.ts';

export function registerOpenVersion(workbench: Workbench): vscode.Disposable {
  const { session, prompts, report } = workbench;
  const { ask } = workbench;
  const open = (target: Required<Pick<Target, 'prompt' | 'version'>>) =>
    vscode.window.showTextDocument(versionUri(session.registry, target), { preview: true });
  return vscode.Disposable.from(
    registerCommand('openVersion', 'Opening the version', report, async argument => {
      const named = isNode(argument) ? await namedTarget(argument, workbench) : undefined;
      if (named?.version !== undefined) return open({ prompt: named.prompt, version: named.version });
      if (named === undefined && typeof argument !== 'string') {
        const asked = await askForReference(workbench);
        if (asked === undefined) return undefined;
        const editor = await open(asked);
        ask.sent(asked.draft);
        return editor;
      }
      const chosen =
        named === undefined
          ? parseVersionReference(String(argument))
          : await pickVersion(workbench, named.prompt, {
              title: `Open a Version of ${named.prompt}`,
              placeholder: 'Select a version',
            });
      return chosen === undefined ? undefined : open(chosen);
    }),
    registerCommand('openPrompt', 'Opening the prompt', report, async argument => {
      const target = await namedTarget(argument, workbench);
      if (target === undefined) return undefined;
      const listed = prompts.listed.get(target.prompt);
      const copy = await prompts.workingCopy();
      if (listed?.hasFile === true && copy !== undefined)
        return vscode.window.showTextDocument(vscode.Uri.file(copy.folder.pathOf(target.prompt)));
      const version = listed?.summary?.newest.version;
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
  const front = await namedTarget(undefined, workbench);
  const listed = front === undefined ? undefined : prompts.listed.get(front.prompt);
  const newest = listed?.summary?.newest.version;
  const draft = `open version from ${front?.prompt ?? 'nothing'}`;
  const text = await ask.text({
    title: 'Open Version',
    draft,
    prompt: 'A reference as logs and headers have it, such as support/triage@12',
    placeholder: 'support/triage@12',
    ...(front !== undefined && { value: `${front.prompt}@${newest ?? ''}` }),
    validate: value => whyNotReference(value, workbench),
  });
  if (text === undefined) return undefined;
  return { ...parseVersionReference(text.trim()), draft };
}

/** Begins with a space; empty where no name differs only by case. */
function inOtherCase(name: string, { listed }: Workbench['prompts']): string {
  const found = [...listed.keys()].find(each => foldCase(each) === foldCase(name));
  return found === undefined ? '' : didYouMean(name, found);
}

function whyNotReference(text: string, { prompts }: Workbench): string | undefined {
  let reference: { prompt: string; version: VersionNumber };
  try {
    reference = parseVersionReference(text.trim());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const found = prompts.listed.get(parseVersionReference(text.trim()).prompt);
  if (found?.summary === undefined)
    return prompts.summaries.length === 0
      ? undefined
      : `There is no prompt ${reference.prompt} in the registry.${inOtherCase(reference.prompt, prompts)}`;
  const newest = found.summary.newest.version;
  return reference.version > newest ? `The newest version of ${reference.prompt} is @${newest}.` : undefined;
}
