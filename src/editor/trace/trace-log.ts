/** Trace Versions in Log…: lists the versions that lines of a log name. */
import type { PromptName } from '../../core/name.ts';
import { inOtherCase } from '../../core/other-case.ts';
import { inTurns } from '../../workspace/in-turns.ts';
import type { Option } from '../asking/ask.ts';
import type { Lives } from '../lives/lives.ts';
import { openReference } from '../versions/open-reference.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { type LogSource, logSources } from './log-sources.ts';
import { MOST_VERSIONS, type TracedVersion, trace } from './occurrences.ts';
import { liveThenInWords, occurrencesInWords } from './words.ts';

/** UTF-16 code units. */
const LONGEST = 16 * 1024 * 1024;
/** The maximum number of versions to show, the most frequent first. */
const MOST_SHOWN = 200;
/** The maximum number of prompts whose promotions are fetched. */
const MOST_PROMPTS = 50;
/** The number of concurrent requests. */
const AT_ONCE = 6;

/** Lists the versions in the first source that names any. @throws as the registry client */
export async function traceLog(
  workbench: Workbench,
  sources: readonly LogSource[] = logSources(),
): Promise<void> {
  const { ask, session } = workbench;
  const found = await firstTraced(sources);
  if (found === 'too long') {
    await ask.tell('error', 'This log has more than 16 million characters. Select the lines that matter.');
    return;
  }
  if (found === undefined) {
    await ask.tell(
      'info',
      'No version reference such as support/triage@12 was found. Open a log, or copy its lines, and run the command again.',
    );
    return;
  }
  const { traced, source } = found;
  const most = traced.length === MOST_VERSIONS ? 'the first ' : '';
  const chosen = await ask.pick({
    title: `Trace: ${most}${counted(traced.length, 'version')} in ${source.name}`,
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

async function firstTraced(
  sources: readonly LogSource[],
): Promise<{ source: LogSource; traced: readonly TracedVersion[] } | 'too long' | undefined> {
  let isTooLong = false;
  for (const source of sources) {
    const log = await source.text();
    if (log.length > LONGEST) {
      isTooLong = true;
      continue;
    }
    const traced = await inProgress('Reading the log', signal => trace(log, signal));
    if (traced.length > 0) return { source, traced };
  }
  return isTooLong ? 'too long' : undefined;
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
