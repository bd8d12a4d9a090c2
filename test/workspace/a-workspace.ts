/** A workspace on disk for one test: a project, its prompts folder, and short ways to look at both. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { EMBEDDED } from '../../src/workspace/check-project.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { type Project, writeProject } from '../../src/workspace/project-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface Workspace extends AsyncDisposable {
  readonly root: string;
  readonly project: Project;
  /** Writes a file of the workspace; its folders are made. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  /** The text of a file of the workspace; undefined when there is none. */
  text(path: string): Promise<string | undefined>;
}

export async function aWorkspace(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await temporaryFolder();
  const root = folder.path;
  const project = await writeProject(root, EMBEDDED, nodeFileSystem);
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) await put(path, content);
  return {
    root,
    project,
    put,
    text: path => readFile(join(root, path), 'utf8').catch(() => undefined),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

export function prompt(name: string): PromptName {
  return parsePromptName(name);
}
