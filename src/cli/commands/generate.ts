/** `promptforge generate`: writes the types of prompts, for applications in TypeScript. */
import { watch as watchFolder } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { EnvironmentName } from '../../core/environment.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { readMetadata } from '../../core/render.ts';
import { systemErrorReason } from '../../disk/system-error.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { PROJECT_FILE } from '../../workspace/project-file.ts';
import { PromptsFolder } from '../../workspace/prompts-folder.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import type { DeclaredPrompt } from '../generate/declared-prompt.ts';
import { promptTypes } from '../generate/prompt-types.ts';
import { line, printJson, printText, say, type TerminalText } from '../output.ts';
import { fetchServed, nearestProject, type ServedOptions, servedPrompts } from '../served-prompts.ts';
import {
  channelArgument,
  environmentArgument,
  givenArgument,
  pathArgument,
  promptArgument,
} from '../values.ts';
import { watchedFeed } from '../watched-feed.ts';
import { writeOutput } from '../write-output.ts';

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
    .action((prompts: PromptName[], options: GenerateOptions) => generate(prompts, options));
}

interface GenerateOptions extends ServedOptions {
  readonly output?: string;
  /** Undefined to read the files of the working copy. */
  readonly environment?: EnvironmentName;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly json?: true;
  /** The library of the validators; undefined for no validators. */
  readonly schemas?: string;
}

interface Origin {
  readonly command: string;
  read(): Promise<readonly DeclaredPrompt[]>;
  /** Calls `changed` after each change, until the signal aborts. Rejects if it cannot watch. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** Milliseconds to wait for further changes, because one save makes several. */
const SETTLES = 100;

/** @throws CommandFailure; Problem or WorkspaceError for files that cannot be read */
async function generate(names: readonly PromptName[], options: GenerateOptions): Promise<void> {
  const { output, check, watch, json } = options;
  if (check === true && watch === true)
    throw new CommandFailure(EXIT.usage, '--check and --watch cannot be combined. Remove one.');
  if (output === undefined && (check === true || watch === true))
    throw new CommandFailure(
      EXIT.usage,
      `${check === true ? '--check' : '--watch'} needs a file. Add -o <file>.`,
    );
  const origin =
    options.environment === undefined ? await files(names, options) : await environment(names, options);
  const write = async (): Promise<void> => {
    const prompts = await origin.read();
    const text = await promptTypes(prompts, origin.command, options.schemas);
    const told = (changed: boolean) => printJson({ file: output ?? null, prompts: prompts.length, changed });
    if (output === undefined && json) return printJson({ file: null, prompts: prompts.length, text });
    if (output === undefined) return printText(text);
    const known = await contentOf(output);
    if (check === true) {
      checkIs(text, known, output, origin.command);
      return json ? told(false) : say(line`${output} is up to date.`);
    }
    if (known === text) return json ? told(false) : say(line`${output} is up to date.`);
    await writeOutput(output, text);
    if (json) return told(true);
    const count = prompts.length === 1 ? '1 prompt' : `${prompts.length} prompts`;
    await say(line`Wrote the types of ${count} to ${output}.`);
  };
  if (watch === true) await writeOnChanges(origin, write);
  else await write();
}

/** Checks that the file is up to date. @throws CommandFailure if it is not */
function checkIs(text: string, known: string | undefined, output: string, command: string): void {
  if (known !== undefined && typesIn(known) === typesIn(text)) return;
  const why = known === undefined ? 'There is no such file.' : 'The types of the prompts have changed.';
  throw new CommandFailure(
    EXIT.refused,
    `${output} is not up to date: ${why} Run "${command} -o ${output}".`,
  );
}

/** Ignores line endings, which git may convert, and the command, which may name another URL of the registry. */
function typesIn(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/^\/\/ Made by ".*$/m, '');
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    const bytes = await nodeFileSystem.readFile(file);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  } catch (cause) {
    throw new CommandFailure(EXIT.environment, `${file} cannot be read: ${systemErrorReason(cause)}.`, {
      cause,
    });
  }
}

async function environment(names: readonly PromptName[], options: GenerateOptions): Promise<Origin> {
  let onBack: () => void = () => {};
  const feed = watchedFeed({
    failed: error => sayOf(line`${error.message} The file is updated when the registry is available again.`),
    back() {
      sayOf(line`${served.url} responds again.`);
      onBack();
    },
  });
  const served = await servedPrompts(names, options, options.watch === true ? feed : {});
  const { channel } = options;
  const ofChannel = channel === 'stable' ? '' : ` --channel ${channel}`;
  // A registry that only the option names must be part of the command that the file shows.
  const at =
    options.registry === undefined ? '' : ` --registry ${new URL(served.url).href.replace(/\/$/, '')}`;
  return {
    command: `${commandOf(names, options)} --environment ${served.environment}${ofChannel}${at}`,
    read: () => fetchServed(served),
    watch: (changed, signal) =>
      new Promise(resolve => {
        onBack = changed;
        for (const { name } of served.wanted) served.client.watch(name, changed, { channel, signal });
        signal.addEventListener('abort', () => {
          served.client.close();
          resolve();
        });
      }),
  };
}

/** Prints a sentence without waiting for it. */
function sayOf(text: TerminalText): void {
  say(text).catch(() => undefined);
}

function commandOf(names: readonly PromptName[], { schemas }: GenerateOptions): string {
  return ['promptforge generate', ...names, ...(schemas === undefined ? [] : ['--schemas', schemas])].join(
    ' ',
  );
}

async function files(names: readonly PromptName[], options: GenerateOptions): Promise<Origin> {
  if (options.registry !== undefined || options.keyFile !== undefined)
    throw new CommandFailure(EXIT.usage, 'Add --environment <name> to read the types from a registry.');
  const project = await nearestProject();
  if (project === undefined)
    throw new CommandFailure(
      EXIT.usage,
      `There is no ${PROJECT_FILE} here or above. Run the command in a working copy, or give --environment, --registry and the prompts.`,
    );
  const folder = new PromptsFolder(project.root, project.promptsFolder, nodeFileSystem);
  return {
    command: commandOf(names, options),
    async read() {
      const listed = (await folder.list()).files.map(({ name }) => name);
      const wanted = names.length > 0 ? names : listed.filter(name => !isPartial(name));
      if (wanted.length === 0)
        throw new CommandFailure(EXIT.usage, `There is no prompt in ${project.prompts}. Create one first.`);
      return Promise.all(wanted.map(name => declaredIn(folder, name)));
    },
    async watch(changed, signal) {
      try {
        for await (const _ of watchFolder(folder.path, { recursive: true, signal })) changed();
      } catch (cause) {
        if (signal.aborted) return;
        throw new CommandFailure(
          EXIT.environment,
          `${project.prompts} cannot be watched: ${systemErrorReason(cause)}.`,
          { cause },
        );
      }
    },
  };
}

async function declaredIn(folder: PromptsFolder, name: PromptName): Promise<DeclaredPrompt> {
  const path = folder.pathOf(name);
  const source = await folder.read(name);
  if (source === undefined)
    throw new CommandFailure(EXIT.environment, `There is no file ${folder.shown(path)}. Check the name.`);
  return { name, metadata: await readMetadata(source, folder.shown(path)) };
}

/** Types that cannot be generated now, such as from an incomplete file, are reported and tried again after the next change. */
async function writeOnChanges(origin: Origin, write: () => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const { signal } = stopping;
  let wake: () => void = () => {};
  let isChanged = true;
  const watching = origin
    .watch(() => {
      isChanged = true;
      wake();
    }, signal)
    .finally(() => {
      stopping.abort();
      wake();
    });
  // `watching` is awaited at the end, and may reject before.
  watching.catch(() => undefined);
  while (!signal.aborted) {
    if (isChanged) {
      await sleep(SETTLES, undefined, { signal }).catch(() => undefined);
      isChanged = false;
      await write().catch(sayIfTold);
    } else {
      await new Promise<void>(resolve => {
        wake = resolve;
        if (isChanged || signal.aborted) resolve();
      });
    }
  }
  await watching;
}

async function sayIfTold(error: unknown): Promise<void> {
  if (!(error instanceof CommandFailure) && !Problem.is(error) && !WorkspaceError.is(error)) throw error;
  await say(line`${error.message}`);
}
