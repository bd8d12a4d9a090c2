/** `promptforge snapshot` asks the registry as an application would, and writes the answers to a file. */
import { SNAPSHOT_FORMAT } from '../../sdk/snapshot.ts';
import { line, printJson, say } from '../output.ts';
import { fetchServed, type ServedOptions, servedPrompts } from '../served-prompts.ts';
import { writeOutput } from '../write-output.ts';

export interface SnapshotOptions extends ServedOptions {
  readonly output?: string;
  readonly json?: true;
}

/** @throws CommandFailure; WorkspaceError for a working copy that cannot be read */
export async function snapshot(names: readonly string[], options: SnapshotOptions): Promise<void> {
  const { output } = options;
  const served = await servedPrompts(names, options);
  const { url, environment, wanted } = served;
  const prompts = await fetchServed(served);
  const text = {
    format: SNAPSHOT_FORMAT,
    registry: new URL(url).href.replace(/\/+$/, ''),
    environment,
    createdAt: new Date().toISOString(),
    prompts: prompts.map(({ age: _, source: __, environment: ___, ...prompt }) => prompt),
  };
  if (output === undefined) return printJson(text);
  await writeOutput(output, `${JSON.stringify(text, null, 2)}\n`);
  if (options.json)
    return printJson({ file: output, environment, prompts: prompts.length, wanted: wanted.length });
  const all = wanted.length === 1 ? '1 prompt' : `${wanted.length} prompts`;
  const are = prompts.length === 1 ? 'is' : 'are';
  await say(line`${prompts.length} of ${all} of ${environment} ${are} in ${output}.`);
}
