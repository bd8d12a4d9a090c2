/** `promptforge check`: whether prompt files can be published, without a registry. */
import { Command } from 'commander';
import { givenArgument } from '../values.ts';

const HERE: readonly string[] = ['.'];

export function checkCommand(): Command {
  return new Command('check')
    .argument('[paths...]', 'prompt files, or folders with all prompt files in them', givenPaths, HERE)
    .addHelpText(
      'after',
      `
It needs no registry, and finds what the editor shows as errors and the registry refuses. Each
finding is one line: file, line, column, code and what to do. Partials are looked for as with
"promptforge render". With findings the exit code is 3.

Examples:
  promptforge check
  promptforge check prompts/support prompts/onboarding/welcome.prompt`,
    )
    .action(async (paths: string[]) => (await import('../actions/check.ts')).checkPaths(paths));
}

/** The paths that are given take the place of the folder that stands for them. */
function givenPaths(path: string, before: readonly string[]): readonly string[] {
  return [...(before === HERE ? [] : before), givenArgument(path)];
}
