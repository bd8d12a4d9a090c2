/** `promptforge connect <url>`: makes the folder a working copy of a registry, or has it follow another. */
import { Command } from 'commander';
import { registryAddress } from '../../client/address.ts';
import { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
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
    .option(
      '--prompts <folder>',
      'the folder for prompts (default: as it is, otherwise prompts)',
      givenArgument,
    )
    .option('--json', `print what ${PROJECT_FILE} holds`)
    .addHelpText(
      'after',
      `
Writes ${PROJECT_FILE} here, or changes that of this working copy. It holds no key: get one from
"promptforge login" or PROMPTFORGE_KEY_<ENVIRONMENT>. It goes into git. Exits with 4 where the
registry does not answer now; the file is written all the same.

Examples:
  promptforge connect https://prompts.example.com
  promptforge connect https://prompts.example.com --prompts src/prompts`,
    )
    .action(connect);
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
      `${PROJECT_FILE} names ${registry} now, but: ${cause.message}`,
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
