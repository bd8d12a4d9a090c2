/** `promptforge generate`: the types of prompts, for applications in TypeScript. */
import { Command, Option } from 'commander';
import type { PromptName } from '../../core/name.ts';
import type { GenerateOptions } from '../actions/generate.ts';
import {
  channelArgument,
  environmentArgument,
  givenArgument,
  pathArgument,
  promptArgument,
} from '../values.ts';

export function generateCommand(): Command {
  return new Command('generate')
    .argument(
      '[prompts...]',
      'names such as support/triage (default: all prompts of this working copy)',
      (name: string, before: readonly PromptName[]) => [...before, promptArgument(name)],
      [],
    )
    .addOption(new Option('-o, --output <file>', 'the file (default: stdout)').argParser(pathArgument))
    .addOption(
      new Option(
        '--environment <name>',
        'use the prompts that this environment serves (default: the files of this working copy)',
      ).argParser(environmentArgument),
    )
    .addOption(
      new Option('--registry <url>', 'the registry (default: that of promptforge.json)').argParser(
        givenArgument,
      ),
    )
    .addOption(
      new Option('--channel <name>', 'the channel to read').argParser(channelArgument).default('stable'),
    )
    .option(
      '--key-file <file>',
      'a file with a reader key of the environment (default: as "promptforge whoami" finds one)',
    )
    .addOption(
      new Option(
        '--schemas <library>',
        'also write validators of inputs and outputs, for Zod 4 or Valibot 1',
      ).choices(['zod', 'valibot']),
    )
    .option('--check', 'write nothing, and fail if the file is not up to date: for CI')
    .option('--watch', 'keep running and update the file after each change, until Ctrl-C')
    .option('--json', 'print a summary as JSON; without -o also the code')
    .addHelpText(
      'after',
      `
Use the types with the client: createClient<Prompts>({ … }). Unknown prompt names, missing inputs
and inputs of the wrong type then no longer compile. With --environment, a reader key is enough,
and prompts that the environment does not serve are skipped.

Examples:
  promptforge generate -o src/prompts.gen.ts
  promptforge generate -o src/prompts.gen.ts --schemas zod
  PROMPTFORGE_KEY=… promptforge generate -o src/prompts.gen.ts --environment production --check`,
    )
    .action(async (prompts: PromptName[], options: GenerateOptions) =>
      (await import('../actions/generate.ts')).generate(prompts, options),
    );
}
