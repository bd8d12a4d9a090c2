/** `promptforge render`: renders a prompt file with an input, as the registry would. */
import { Command, Option } from 'commander';
import { renderFile } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { printJson, printText } from '../output.ts';
import { partialsRoot } from '../partials-root.ts';
import { readInput, readMessages } from '../read-input.ts';
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
    .action((file: string, options: RenderCommandOptions) => renderToStdout(file, options));
}

interface RenderCommandOptions {
  readonly input?: string;
  readonly messages?: string;
  readonly context?: string;
  readonly strict?: true;
  readonly json?: true;
}

/** @throws Problem, WorkspaceError or CommandFailure for errors of the prompt, the input or their files */
async function renderToStdout(file: string, options: RenderCommandOptions): Promise<void> {
  const { input, messages, context, strict, json } = options;
  if ([input, messages, context].filter(given => given === '-').length > 1)
    throw new CommandFailure(EXIT.usage, 'Only one of --input, --messages and --context can be stdin ("-").');
  const rendered = await renderFile({
    file,
    root: await partialsRoot(file, nodeFileSystem),
    input: input === undefined ? {} : await readInput(input),
    messages: messages === undefined ? undefined : await readMessages(messages),
    context: context === undefined ? undefined : await readInput(context),
    strict: strict ?? false,
    fileSystem: nodeFileSystem,
  });
  if (json) await printJson({ messages: rendered.messages });
  else await printText(rendered.text);
}
