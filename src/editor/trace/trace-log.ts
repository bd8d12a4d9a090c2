/** Trace Versions in Log…: from lines of a log to the versions that they name. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { inTurns } from '../../workspace/in-turns.ts';
import type { Option } from '../asking/ask.ts';
import type { Lives } from '../lives/lives.ts';
import { openReference } from '../versions/open-reference.ts';
import { inOtherCase } from '../versions/other-case.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { MOST_VERSIONS, type TracedVersion, trace } from './occurrences.ts';
import { liveThenInWords, occurrencesInWords } from './words.ts';

/** UTF-16 code units. */
const LONGEST = 16 * 1024 * 1024;
/** Of the versions that are named most. */
const MOST_SHOWN = 200;
/** Prompts whose promotions are asked for. */
const MOST_PROMPTS = 50;
/** Of them at a time. */
const AT_ONCE = 6;

/** @param text undefined: what is selected, or the clipboard. @throws as the registry client */
export async function traceLog(workbench: Workbench, text: string | undefined): Promise<void> {
  const { ask, session } = workbench;
  const log = text ?? (await textToTrace());
  if (log.length > LONGEST) {
    await ask.tell('error', 'This log has more than 16 million characters. Copy the lines that matter.');
    return;
  }
  const traced = await inProgress('Reading the log', signal => trace(log, signal));
  if (traced.length === 0) {
    await ask.tell(
      'info',
      'No version reference such as support/triage@12 was found. Copy the lines of a log, or select them in an editor, and run the command again.',
    );
    return;
  }
  const most = traced.length === MOST_VERSIONS ? 'the first ' : '';
  const chosen = await ask.pick({
    title: `Trace: ${most}${counted(traced.length, 'version')}`,
    placeholder:
      traced.length > MOST_SHOWN
        ? `Select a version to open it. These ${MOST_SHOWN} are in the most lines`
        : 'Select a version to open it',
    options: await inProgress('Looking up what was live', signal => optionsOf(workbench, traced, signal)),
  });
  if (chosen === undefined) return;
  if (!isKnown(workbench, chosen)) {
    await ask.tell('info', `${session.place ?? 'This registry'} has no ${chosen.prompt}@${chosen.version}.`);
    return;
  }
  await openReference(workbench, chosen);
}

/** The selection of the active editor, or the clipboard. */
async function textToTrace(): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection) ?? '';
  return selected === '' ? vscode.env.clipboard.readText() : selected;
}

/** @throws the signal's reason */
async function optionsOf(
  workbench: Workbench,
  traced: readonly TracedVersion[],
  signal: AbortSignal,
): Promise<Option<TracedVersion>[]> {
  const { prompts, lives, log } = workbench;
  if (prompts.summaries.length === 0) await prompts.refresh();
  const shown = traced.slice(0, MOST_SHOWN);
  const named = [...new Set(shown.map(({ prompt }) => prompt))].slice(0, MOST_PROMPTS);
  const asked = new Map<PromptName, Lives>();
  await inTurns(named, AT_ONCE, async name => {
    signal.throwIfAborted();
    const summary = prompts.listed.get(name)?.summary;
    if (summary === undefined) return;
    try {
      asked.set(name, await lives.of(summary));
    } catch (error) {
      log.warn(`The promotions of ${name} could not be fetched: ${String(error)}`);
    }
  });
  signal.throwIfAborted();
  return shown.map(each => ({
    label: `${each.prompt}@${each.version}`,
    description: occurrencesInWords(each),
    detail: isKnown(workbench, each)
      ? liveThenInWords(each, asked.get(each.prompt))
      : `This registry has no such version.${otherCase(workbench, each)}`,
    icon: isKnown(workbench, each) ? 'history' : 'question',
    value: each,
  }));
}

function otherCase({ prompts: { listed } }: Workbench, { prompt }: TracedVersion): string {
  return listed.has(prompt) ? '' : inOtherCase(prompt, listed.keys());
}

function isKnown({ prompts }: Workbench, { prompt, version }: TracedVersion): boolean {
  const newest = prompts.listed.get(prompt)?.summary?.newest.version;
  return newest !== undefined && version <= newest;
}
