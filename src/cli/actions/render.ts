/** Runs `promptforge render`. */

import { renderFile } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { printJson, printText } from '../output.ts';
import { partialsRoot } from '../partials-root.ts';
import { readInput, readMessages } from '../read-input.ts';

export interface RenderCommandOptions {
  readonly input?: string;
  readonly messages?: string;
  readonly context?: string;
  readonly strict?: true;
  readonly json?: true;
}

/** @throws Problem, WorkspaceError or CommandFailure: what is wrong with the prompt, the input or their files */
export async function renderToStdout(file: string, options: RenderCommandOptions): Promise<void> {
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
