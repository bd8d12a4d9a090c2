/** `promptforge render`: a prompt file and an input become text, as the registry would render them. */
import { Command, Option } from 'commander';
import type { RenderCommandOptions } from '../actions/render.ts';
import { givenArgument } from '../values.ts';

export function renderCommand(): Command {
  return new Command('render')
    .argument('<file>', 'the prompt file', givenArgument)
    .addOption(
      new Option('--input <file>', 'a YAML or JSON file with the input, or - for stdin').argParser(
        givenArgument,
      ),
    )
    .addOption(
      new Option('--messages <file>', 'a YAML or JSON list of earlier messages, for {{history}}').argParser(
        givenArgument,
      ),
    )
    .addOption(
      new Option('--context <file>', 'a YAML or JSON file with the values of {{@name}}').argParser(
        givenArgument,
      ),
    )
    .option(
      '--strict',
      'also reject an input that does not match its schema, and undeclared variables that the input lacks',
    )
    .option('--json', 'print the messages as the API gives them: {"messages": [...]}')
    .addHelpText(
      'after',
      `
Partials ({{> header}} is _header.prompt) are looked up in the file's folder and those above it:
up to the prompts folder of the nearest promptforge.json, otherwise up to the folder with .git,
otherwise up to the root.

Examples:
  promptforge render prompts/support/triage.prompt --input ticket.yaml
  echo '{"ticket": "My card is blocked."}' | promptforge render prompts/support/triage.prompt --input -
  promptforge render prompts/support/assistant.prompt --input case.json --json --strict`,
    )
    .action(async (file: string, options: RenderCommandOptions) =>
      (await import('../actions/render.ts')).renderToStdout(file, options),
    );
}
