/** `promptforge check`: checks, without a registry, that prompt files can be published and samples fit them. */
import { Command, Option } from 'commander';
import { PROMPT_FILE_EXTENSION } from '../../core/name.ts';
import { shownPath } from '../../workspace/file-partials.ts';
import { checkFiles } from '../check/check-files.ts';
import type { CheckFinding, CheckReport } from '../check/finding.ts';
import { annotationOf } from '../check/github-annotations.ts';
import { sarifOf } from '../check/sarif.ts';
import { pathFrom, sourceRoot } from '../check/source-root.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, printText, type TerminalText } from '../output.ts';
import { progressOf } from '../progress.ts';
import { choice, formatOf, givenArgument } from '../values.ts';

const HERE: readonly string[] = ['.'];

interface CheckOptions {
  readonly format: CheckFormat;
  readonly json?: true;
}

export function checkCommand(): Command {
  return new Command('check')
    .argument(
      '[paths...]',
      'prompt and samples files, or folders with all such files in them',
      givenPaths,
      HERE,
    )
    .addOption(
      choice(new Option('--format <format>', 'how findings are printed'), [
        'text',
        'json',
        'sarif',
        'github',
      ]).default('text'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Needs no registry and no network. Finds the errors that the editor shows and the registry refuses,
and validates and renders each sample in <name>.samples.yaml. Warnings do not affect the exit
code. Partials are found as with "promptforge render".

Each finding is one line: file, line, column, code and what to do. --format sarif is for code
scanning, --format github annotates the files of a pull request in GitHub Actions; both use paths
relative to the root of the repository. The exit code is 3 with errors, and 4 if a file could not
be read.

Examples:
  promptforge check
  promptforge check prompts/support prompts/onboarding/welcome.prompt
  promptforge check --format sarif > promptforge.sarif`,
    )
    .action((paths: string[], { format, json }: CheckOptions) => checkPaths(paths, formatOf(format, json)));
}

/** The given paths replace the default, the current folder. */
function givenPaths(path: string, before: readonly string[]): readonly string[] {
  return [...(before === HERE ? [] : before), givenArgument(path)];
}

const CHECK_FORMATS = ['text', 'json', 'sarif', 'github'] as const;
type CheckFormat = (typeof CHECK_FORMATS)[number];

/**
 * @throws CommandFailure if a prompt cannot be published, a sample does not fit or there is nothing to check;
 * WorkspaceError for a path that does not exist
 */
async function checkPaths(paths: readonly string[], format: CheckFormat): Promise<void> {
  const report = await checkFiles(paths, progressOf('Checking'));
  const { findings, prompts, wrongPrompts, samples, wrongSamples } = report;
  if (prompts + samples === 0 && findings.length === 0)
    throw new CommandFailure(
      EXIT.environment,
      `There is no ${PROMPT_FILE_EXTENSION} file in ${paths.join(', ')}. Check the path.`,
    );
  if (format === 'text') for (const finding of findings) await print(lineOf(finding));
  else await printFor(format, report);
  const isWrong = findings.some(({ level }) => level === 'error');
  if (isWrong)
    throw new CommandFailure(report.isIncomplete ? EXIT.environment : EXIT.invalid, whatIsWrong(report));
  if (format !== 'text') return;
  const fine = prompts === 1 ? 'The prompt can be published.' : `All ${prompts} prompts can be published.`;
  const fits = samples === 1 ? 'The sample fits.' : `All ${samples} samples fit.`;
  await print(line`${[...(prompts > 0 ? [fine] : []), ...(samples > 0 ? [fits] : [])].join(' ')}`);

  function whatIsWrong({ prompts }: CheckReport): string {
    const told: string[] = [];
    if (wrongPrompts > 0)
      told.push(
        prompts === 1
          ? 'The prompt cannot be published.'
          : `${wrongPrompts} of ${prompts} prompts cannot be published.`,
      );
    if (wrongSamples > 0)
      told.push(
        samples === 1
          ? 'The sample does not fit its prompt.'
          : `${wrongSamples} of ${samples} samples ${wrongSamples === 1 ? 'does' : 'do'} not fit.`,
      );
    return told.length > 0 ? told.join(' ') : 'Some files could not be checked.';
  }
}

async function printFor(format: Exclude<CheckFormat, 'text'>, report: CheckReport): Promise<void> {
  const { findings, prompts, samples } = report;
  const root = await sourceRoot();
  if (format === 'sarif') return printJson(sarifOf(findings, root));
  if (format === 'github')
    return printText(findings.map(finding => `${annotationOf(finding, root)}\n`).join(''));
  await printJson({
    prompts,
    samples,
    findings: findings.map(({ file, line, column, endLine, endColumn, level, code = null, message }) => ({
      ...{ file: pathFrom(root, file), line, column, endLine, endColumn },
      ...{ level, code, message },
    })),
  });
}

/** A finding in the format of compilers; only warnings show their level. */
function lineOf({ file, line: row, column, level, code, message }: CheckFinding): TerminalText {
  const how = level === 'warning' ? 'warning: ' : '';
  const what = code === undefined ? '' : `${code}: `;
  return line`${shownPath(file, process.cwd())}:${row}:${column}: ${how}${what}${message}`;
}
