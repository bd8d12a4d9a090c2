/** `promptforge connect <url>`: connects the folder to a registry, or to another one. */
import { Command, InvalidArgumentError } from 'commander';
import { registryAddress } from '../../client/address.ts';
import { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import { validatePromptsFolder } from '../../workspace/check-project.ts';
import { convertsLineEndings } from '../../workspace/git-attributes.ts';
import { nearestProject } from '../../workspace/nearest-project.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { PROJECT_FILE, writeProject } from '../../workspace/project-file.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, say } from '../output.ts';
import { givenArgument } from '../values.ts';
import { hintAtAttributes } from '../working/attributes-hint.ts';

interface ConnectOptions {
  readonly prompts?: string;
  readonly json?: true;
}

export function connectCommand(): Command {
  return new Command('connect')
    .argument('<url>', 'the registry, https://…', givenArgument)
    .option('--prompts <folder>', 'the folder for prompts (default: unchanged, or prompts)', folderArgument)
    .option('--json', `print the contents of ${PROJECT_FILE}`)
    .addHelpText(
      'after',
      `
Writes ${PROJECT_FILE} here, or changes that of this working copy. It contains no key: get one from
"promptforge login" or PROMPTFORGE_KEY_<ENVIRONMENT>. Commit it to git. If the registry
does not respond, the file is written anyway, and the exit code is 4.

Examples:
  promptforge connect https://prompts.example.com
  promptforge connect https://prompts.example.com --prompts src/prompts`,
    )
    .action(connect);
}

/** A folder inside the workspace. */
function folderArgument(text: string): string {
  const why = validatePromptsFolder(givenArgument(text));
  if (why === undefined) return text;
  throw new InvalidArgumentError(`The folder ${why}`);
}

async function connect(url: string, options: ConnectOptions): Promise<void> {
  const registry = registryOf(url);
  const now = await nearestProject(process.cwd(), nodeFileSystem);
  const { root, prompts, frontMatterKeys } = await writeProject(
    now?.root ?? process.cwd(),
    registry,
    nodeFileSystem,
    { ...now, ...(options.prompts !== undefined && { prompts: options.prompts }) },
  );
  if (await convertsLineEndings(root)) await hintAtAttributes(root);
  if (options.json) await printJson({ root, registry, prompts, frontMatterKeys });
  try {
    await new RegistryClient({ url: registry, key: null }).health();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new CommandFailure(
      EXIT.environment,
      `${PROJECT_FILE} now names ${registry}, but: ${cause.message}`,
      {
        cause,
      },
    );
  }
  await say(
    line`${PROJECT_FILE} names ${registry}. "promptforge login" stores a key, "promptforge pull" fetches its prompts.`,
  );
}

function registryOf(url: string): string {
  try {
    return registryAddress(url);
  } catch (cause) {
    if (!RegistryUnreachable.is(cause)) throw cause;
    throw new CommandFailure(EXIT.usage, cause.message, { cause });
  }
}
