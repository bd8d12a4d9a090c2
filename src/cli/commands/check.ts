/** `promptforge check`: whether prompt files can be published and samples fit them, without a registry. */
import { Command, Option } from 'commander';
import type { CheckFormat } from '../actions/check.ts';
import { choice, givenArgument } from '../values.ts';

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
    .action(async (paths: string[], { format, json }: CheckOptions) =>
      (await import('../actions/check.ts')).checkPaths(paths, json ? 'json' : format),
    );
}

/** The paths that are given take the place of the folder that represents them. */
function givenPaths(path: string, before: readonly string[]): readonly string[] {
  return [...(before === HERE ? [] : before), givenArgument(path)];
}
