/** What `promptforge check` does. */
import { join } from 'node:path';
import { PROMPT_FILE_EXTENSION } from '../../core/name.ts';
import { checkFile, type FileIssue } from '../../workspace/check-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, type Shown } from '../output.ts';
import { partialsRoot } from '../partials-root.ts';

/** How deep folders are looked into. */
const MAX_DEPTH = 32;
/** Of dependencies and repositories, where nobody keeps prompts. */
const SKIPPED = new Set(['node_modules', '.git']);

/** @throws CommandFailure where a file cannot be published or there is none, WorkspaceError for one that cannot be read */
export async function checkPaths(paths: readonly string[]): Promise<void> {
  const files = new Set<string>();
  for (const path of paths) for await (const file of promptFilesIn(path)) files.add(file);
  if (files.size === 0)
    throw new CommandFailure(
      EXIT.environment,
      `There is no ${PROMPT_FILE_EXTENSION} file in ${paths.join(', ')}. Check the path.`,
    );
  const told = new Set<string>();
  let wrong = 0;
  for (const file of [...files].sort()) {
    const root = await partialsRoot(file, nodeFileSystem);
    const issues = await checkFile({ file, root, fileSystem: nodeFileSystem });
    if (issues.length > 0) wrong += 1;
    for (const issue of issues) {
      const text = lineOf(issue);
      // What is wrong in a partial is told once, however many prompts use it.
      if (!told.has(text)) await print(text);
      told.add(text);
    }
  }
  const isOne = files.size === 1;
  if (wrong > 0)
    throw new CommandFailure(
      EXIT.invalid,
      isOne ? 'The prompt cannot be published.' : `${wrong} of ${files.size} prompts cannot be published.`,
    );
  await print(isOne ? line`The prompt can be published.` : line`All ${files.size} prompts can be published.`);
}

function lineOf({ label, line: row, column, code, message }: FileIssue): Shown {
  return line`${label}:${row}:${column}: ${code === undefined ? '' : `${code}: `}${message}`;
}

/** A file itself, or the prompt files below a folder. */
async function* promptFilesIn(path: string): AsyncGenerator<string, void, undefined> {
  const found = await nodeFileSystem.stat(path);
  if (found?.kind === 'folder') yield* promptFilesBelow(path, 0);
  else yield path;
}

async function* promptFilesBelow(folder: string, depth: number): AsyncGenerator<string, void, undefined> {
  if (depth > MAX_DEPTH) return;
  for (const { name, kind } of (await nodeFileSystem.list(folder)) ?? []) {
    const inside = join(folder, name);
    if (kind === 'folder' && !SKIPPED.has(name)) yield* promptFilesBelow(inside, depth + 1);
    else if (kind === 'file' && name.endsWith(PROMPT_FILE_EXTENSION)) yield inside;
  }
}
