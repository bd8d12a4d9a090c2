/** `promptforge new`: creates the file of a prompt with initial contents, without a registry. */
import { Command, InvalidArgumentError } from 'commander';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { skeletonOf } from '../../workspace/skeleton.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { line, print, printJson } from '../output.ts';
import { thisProject } from '../remote.ts';
import { promptArgument } from '../values.ts';

interface NewOptions {
  readonly json?: true;
}

export function newCommand(): Command {
  return new Command('new')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', newNameArgument)
    .option('--json', 'print the name and the file')
    .addHelpText(
      'after',
      `
Creates the file of a prompt, or of a partial if the last part of the name begins with "_". Needs
no registry: "promptforge publish" creates the first version. An existing file is not changed, and
the exit code is 1.

Examples:
  promptforge new support/triage
  promptforge new support/_header`,
    )
    .action(newPrompt);
}

/** A name with ".prompt" would be valid, but is meant as the file of another one. */
function newNameArgument(text: string): PromptName {
  const name = promptArgument(text);
  if (!name.endsWith(PROMPT_FILE_EXTENSION)) return name;
  const plain = name.slice(0, -PROMPT_FILE_EXTENSION.length);
  throw new InvalidArgumentError(
    `The file gets "${PROMPT_FILE_EXTENSION}" by itself. Did you mean "${plain}"?`,
  );
}

async function newPrompt(prompt: PromptName, { json }: NewOptions): Promise<void> {
  const copy = new WorkingCopy(await thisProject(), nodeFileSystem);
  const { name, path } = await copy.createPrompt(prompt, skeletonOf(prompt));
  const file = copy.folder.shown(path);
  if (json) await printJson({ name, file });
  else await print(line`${file}`);
}
