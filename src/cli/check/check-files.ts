/** Checks prompt files and their samples, without a registry. */
import { shownPath } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { NameChecker } from './check-names.ts';
import { PromptChecker, unread } from './check-prompt.ts';
import { checkSamplesFile, type PromptOfSamples } from './check-samples.ts';
import { findFiles, promptOfSamples, samplesOf } from './find-files.ts';
import type { CheckFinding, CheckReport } from './finding.ts';
import { surroundingsByFolder } from './surroundings.ts';

/**
 * @param paths files, or folders with all prompt and samples files below them
 * @param onProgress called after each file
 * @throws WorkspaceError `file_missing` for a path that does not exist, or for an invalid promptforge.json
 */
export async function checkFiles(
  paths: readonly string[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<CheckReport> {
  const { prompts, samples, findings } = await findFiles(paths);
  const total = prompts.length + samples.length;
  const found: CheckFinding[] = [...findings];
  const around = surroundingsByFolder();
  const names = new NameChecker();
  const checker = new PromptChecker();
  /** Samples files whose prompts are not among the files to check. */
  const alone = new Set(samples);
  const wrong = new Set<string>();

  const progress = { done: 0 };
  const counted = { samples: 0, wrong: 0 };
  await some(prompts, async file => {
    const surroundings = await around(file);
    const { project } = surroundings;
    const badName = project === undefined ? undefined : names.check(file, project);
    const prompt = await checker.check(file, surroundings);
    found.push(...(badName === undefined ? [] : [badName]), ...prompt.findings);
    if (prompt.isWrong || badName !== undefined) wrong.add(file);
    onProgress(++progress.done, total);
    // Checked right away, while the prompt's analysis is still cached.
    const own = samplesOf(file);
    if (own !== undefined && alone.delete(own)) await checkSamples(own, prompt);
  });
  for (const finding of names.caseFindings()) {
    found.push(finding);
    wrong.add(finding.file);
  }
  await some([...alone], async file => checkSamples(file, await promptBeside(file)));

  async function checkSamples(file: string, prompt: PromptOfSamples): Promise<void> {
    try {
      const shown = shownPath(file, process.cwd());
      const { findings, samples, wrong } = await checkSamplesFile(file, shown, prompt);
      found.push(...findings);
      counted.samples += samples;
      counted.wrong += wrong;
    } catch (error) {
      found.push(unread(error, file));
    }
    onProgress(++progress.done, total);
  }

  /** The prompt of a samples file that is checked without it; the prompt's own errors are not reported. */
  async function promptBeside(samples: string): Promise<PromptOfSamples> {
    const file = promptOfSamples(samples);
    if ((await nodeFileSystem.stat(file))?.kind !== 'file') return { analyzed: undefined, linked: undefined };
    return checker.check(file, await around(file));
  }

  return {
    findings: inOrder(found),
    ...{ prompts: prompts.length, wrongPrompts: wrong.size },
    ...{ samples: counted.samples, wrongSamples: counted.wrong },
    isIncomplete: found.some(({ code }) => code === 'unreadable'),
  };
}

/**
 * Files checked concurrently, so that one can be checked while another waits for the disk. Few, so that each file's
 * analysis is still cached when its samples are checked.
 */
const AT_ONCE = 4;

async function some<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const workOn = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOn));
}

/** Removes duplicates, because an error in a partial is found in every prompt that uses it. */
function inOrder(findings: readonly CheckFinding[]): CheckFinding[] {
  const byText = new Map(findings.map(finding => [JSON.stringify(finding), finding]));
  return [...byText.values()].sort((one, other) =>
    one.file === other.file
      ? one.line - other.line || one.column - other.column
      : one.file < other.file
        ? -1
        : 1,
  );
}
