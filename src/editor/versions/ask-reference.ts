/** Asks for the reference of a version, which may be within a log line or a link, or in the clipboard. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { inOtherCase } from '../../core/other-case.ts';
import { referencesIn } from '../../core/references.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import { targetInFront } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';

export async function askForReference(workbench: Workbench) {
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
    validate: value => validateReference(value, workbench),
  });
  if (text === undefined) return undefined;
  return { ...referenceIn(text), draft };
}

/** UTF-16 code units of the clipboard to search for a reference: enough for a log line. */
const MOST_COPIED = 10_000;

async function copiedReference(): Promise<string | undefined> {
  const copied = await vscode.env.clipboard.readText();
  const found = referencesIn(copied.slice(0, MOST_COPIED)).next().value;
  return found && versionReference(found.prompt, found.version);
}

/** The reference in a text, or the first one in it. @throws Problem `invalid_name` or `invalid_request` */
export function referenceIn(text: string): { readonly prompt: PromptName; readonly version: VersionNumber } {
  try {
    return parseVersionReference(text.trim());
  } catch (error) {
    const found = referencesIn(text).next().value;
    if (found === undefined) throw error;
    return found;
  }
}

function validateReference(text: string, { prompts }: Workbench): string | undefined {
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
