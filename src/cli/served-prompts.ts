/** Fetches prompts of an environment with a reader key, like an application, for generated files. */
import { whyFailed } from '../client/network-words.ts';
import type { Channel } from '../core/channel.ts';
import type { EnvironmentName } from '../core/environment.ts';
import { parseKey } from '../core/key.ts';
import { isPartial, parsePromptName } from '../core/name.ts';
import { nearest } from '../core/near.ts';
import { Problem } from '../core/problem.ts';
import { parseVersionReference } from '../core/version.ts';
import { keysInVariables } from '../keys/variables.ts';
import {
  type ClientOptions,
  createClient,
  type Prompt,
  type PromptClient,
  PromptForgeError,
  type Wanted,
} from '../sdk/client.ts';
import { nearestProject as nearestProjectAbove } from '../workspace/nearest-project.ts';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { PROJECT_FILE, type Project } from '../workspace/project-file.ts';
import { PromptsFolder } from '../workspace/prompts-folder.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { keyFrom } from './key-from.ts';
import { line, say } from './output.ts';
import { Remote } from './remote.ts';

export interface ServedOptions {
  /** Default: the environment of the key. */
  readonly environment?: EnvironmentName;
  readonly registry?: string;
  readonly channel: Channel;
  readonly keyFile?: string;
}

export interface Served {
  readonly client: PromptClient;
  /** The registry's address. */
  readonly url: string;
  readonly environment: string;
  readonly wanted: readonly Wanted[];
  /** True if the command line named the prompts, so that one that is not served is an error. */
  readonly areNamed: boolean;
  /** Prompts that were already reported as skipped. */
  readonly leftOut: Set<string>;
}

/** In milliseconds; long, because no customer waits for it. */
const TIMEOUT = 30_000;
/** The codes for a prompt that the environment does not serve. */
const NOT_SERVED = ['prompt_not_found', 'channel_unset'] as const;

/**
 * @param names empty for the prompts of the working copy
 * @param more further options of the client
 * @throws CommandFailure; WorkspaceError for a working copy that cannot be read
 */
export async function servedPrompts(
  names: readonly string[],
  options: ServedOptions,
  more: Pick<ClientOptions, 'fetch' | 'onError'> = {},
): Promise<Served> {
  const registry = options.registry ?? (process.env['PROMPTFORGE_REGISTRY']?.trim() || undefined);
  const project = names.length === 0 || registry === undefined ? await nearestProject() : undefined;
  const url = registry ?? registryOf(project);
  const key = await readerKey(url, options);
  const environment = environmentOf(key);
  if (environment !== (options.environment ?? environment))
    throw otherEnvironment(environment, options.environment as string);
  const areNamed = names.length > 0;
  const { channel } = options;
  const wanted = areNamed ? names.map(name => wantedIn(name, channel)) : await promptsOf(project, channel);
  try {
    const client = createClient({
      ...{ url, key, environment, timeout: TIMEOUT },
      // All are needed at the same time: evicted entries would be requested again, one by one.
      ...{ maxEntries: wanted.length, maxCharacters: Number.POSITIVE_INFINITY },
      ...more,
    });
    return { client, url, environment, wanted, areNamed, leftOut: new Set() };
  } catch (error) {
    throw asFailure(error, url);
  }
}

/** The error for a key of another environment. A name that is almost the key's is probably a typing error. */
function otherEnvironment(ofKey: string, asked: string): CommandFailure {
  const near = nearest(asked, [ofKey]);
  const what = `The key is for ${ofKey}, but --environment is ${asked}.`;
  return near === undefined
    ? new CommandFailure(EXIT.usage, `${what} Give a reader key of ${asked}.`)
    : new CommandFailure(EXIT.refused, `${what} Did you mean "${near}"?`);
}

/**
 * Fetches the prompts, in order of reference. A prompt that is not served is reported and skipped, unless it was named.
 * @throws CommandFailure
 */
export async function fetchServed(served: Served): Promise<Prompt[]> {
  const { client, environment, wanted, areNamed, leftOut } = served;
  try {
    // Errors of single prompts are reported below.
    const found = await client.preload(wanted).catch(() => undefined);
    if (found !== undefined) return inOrder(found);
    const some: Prompt[] = [];
    for (const { name, ...of } of wanted) {
      try {
        some.push(await client.get(name, of));
      } catch (error) {
        if (areNamed || !PromptForgeError.is(error, ...NOT_SERVED)) throw error;
        if (!leftOut.has(name)) await say(line`${name} is skipped: ${error.message}`);
        leftOut.add(name);
      }
    }
    if (some.length > 0) return inOrder(some);
    throw new CommandFailure(
      EXIT.refused,
      `${environment} serves none of these prompts. Nothing was written.`,
    );
  } catch (error) {
    throw asFailure(error, served.url);
  }
}

function inOrder(prompts: readonly Prompt[]): Prompt[] {
  return prompts.toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
}

function asFailure(error: unknown, url: string): unknown {
  if (!PromptForgeError.is(error)) return error;
  // The client's own message names an option that the command does not have.
  const message =
    error.code === 'timeout'
      ? `${url} did not answer within ${TIMEOUT / 1000} s. Check the network and the registry.`
      : error.code === 'unreachable'
        ? `${url} cannot be reached: ${whyFailed(error)}. Check the network and the registry's URL.`
        : error.message;
  return new CommandFailure(exitOf(error), message, { cause: error });
}

function exitOf({ code }: PromptForgeError): 1 | 2 | 4 {
  if (code === 'invalid_options' || code === 'invalid_name') return EXIT.usage;
  const isAround = ['unreachable', 'timeout', 'unavailable', 'not_a_registry', 'rate_limited'].includes(code);
  return isAround ? EXIT.environment : EXIT.refused;
}

/**
 * The key in the file; without a file, that in the environment's variable or PROMPTFORGE_KEY. The keychain is used only
 * if the environment is named.
 */
async function readerKey(url: string, { keyFile, environment }: ServedOptions): Promise<string> {
  const any = process.env['PROMPTFORGE_KEY']?.trim() ?? '';
  if (keyFile === undefined && environment !== undefined) {
    const key = variables().get(environment)?.key ?? (await new Remote(url).keyInKeychain(environment));
    if (key !== undefined) return key;
  } else if (keyFile === undefined && any === '') {
    const [found, other] = variables();
    if (other !== undefined)
      throw new CommandFailure(
        EXIT.usage,
        `There are keys for several environments. Choose one, such as --environment ${other[0]}.`,
      );
    if (found !== undefined) return found[1].key;
  }
  return keyFrom(keyFile, 'Reading prompts needs a key; a reader key is enough.');
}

function variables(): ReturnType<typeof keysInVariables> {
  try {
    return keysInVariables(process.env);
  } catch (cause) {
    if (Problem.is(cause)) throw new CommandFailure(EXIT.usage, cause.message, { cause });
    throw cause;
  }
}

function environmentOf(key: string): string {
  try {
    return parseKey(key).environment;
  } catch (cause) {
    throw new CommandFailure(EXIT.usage, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function wantedIn(text: string, channel: Channel): Wanted {
  try {
    if (!text.includes('@')) return { name: parsePromptName(text), channel };
    const { prompt, version } = parseVersionReference(text);
    return { name: prompt, version };
  } catch (cause) {
    if (Problem.is(cause)) throw new CommandFailure(EXIT.usage, cause.message, { cause });
    throw cause;
  }
}

function registryOf(project: Project | undefined): string {
  if (project === undefined)
    throw new CommandFailure(
      EXIT.usage,
      `There is no ${PROJECT_FILE} here or above. Give --registry <url>, or run the command in a working copy.`,
    );
  if (!/^https?:/i.test(project.registry))
    throw new CommandFailure(
      EXIT.usage,
      `${PROJECT_FILE} does not name a registry that serves applications. Give --registry <url>.`,
    );
  return project.registry;
}

async function promptsOf(project: Project | undefined, channel: Channel): Promise<Wanted[]> {
  if (project === undefined)
    throw new CommandFailure(
      EXIT.usage,
      `There is no ${PROJECT_FILE} here or above. Name the prompts, such as support/triage.`,
    );
  const { files } = await new PromptsFolder(project.root, project.promptsFolder, nodeFileSystem).list();
  const names = files.map(({ name }) => name).filter(name => !isPartial(name));
  if (names.length === 0)
    throw new CommandFailure(EXIT.usage, `There is no prompt in ${project.prompts}. Name the prompts.`);
  return names.map(name => ({ name, channel }));
}

/** The project of the working directory, or of a folder above it. @throws WorkspaceError */
export function nearestProject(): Promise<Project | undefined> {
  return nearestProjectAbove('.', nodeFileSystem);
}
