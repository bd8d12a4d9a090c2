/** `promptforge.json` at the workspace root: the registry of the prompts and their folder. Never contains a secret. */
import { join, resolve } from 'node:path';
import { positionAt } from '../core/source-position.ts';
import { checkProject, DEFAULT_FOLDER } from './check-project.ts';
import type { FileSystem } from './file-system.ts';
import { decodeText, NOT_UTF_8 } from './json-text.ts';
import { isInside } from './source-file.ts';
import { type FilePosition, systemMessage, WorkspaceError } from './workspace-error.ts';

export const PROJECT_FILE = 'promptforge.json';

export interface Project {
  /** The workspace root, absolute. */
  readonly root: string;
  /** A registry's URL, or `embedded` for the one in the extension. */
  readonly registry: string;
  /** The prompts folder relative to the root, with forward slashes. */
  readonly prompts: string;
  /** The prompts folder, absolute; it may not exist yet. */
  readonly promptsFolder: string;
  /** Keys of front matter that prompts may have besides Dotprompt's and Genkit's. */
  readonly frontMatterKeys: readonly string[];
  /** Harmless problems, such as an unknown key. */
  readonly warnings: readonly (FilePosition & { readonly message: string })[];
}

/**
 * @throws WorkspaceError `no_project`, `unreadable`, `invalid_project_file`, `secret_in_project_file`, or `outside` when the
 * prompts folder is not inside the workspace, by its path or by a link.
 */
export async function readProject(root: string, files: FileSystem): Promise<Project> {
  const file = join(root, PROJECT_FILE);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await files.readFile(file);
  } catch (cause) {
    throw new WorkspaceError('unreadable', file, `The file cannot be read: ${systemMessage(cause)}`, {
      cause,
      shownAs: PROJECT_FILE,
    });
  }
  if (bytes === undefined)
    throw new WorkspaceError(
      'no_project',
      file,
      `This workspace has no ${PROJECT_FILE}. Connect it to a registry to make one.`,
      { shownAs: PROJECT_FILE },
    );
  const found = parseProject(bytes, root);
  await checkInside(found, files);
  return found;
}

/** Parses the project file, and checks what is possible without other files. @throws WorkspaceError */
export function parseProject(bytes: Uint8Array, root: string): Project {
  const file = join(root, PROJECT_FILE);
  const text = decodeText(bytes);
  if (text === undefined)
    throw new WorkspaceError('invalid_project_file', file, NOT_UTF_8, { shownAs: PROJECT_FILE });
  const { values, problems } = checkProject(text);
  for (const { reason, message, range } of problems)
    if (reason !== undefined)
      throw new WorkspaceError(reason, file, message, {
        place: positionAt(text, range.start),
        shownAs: PROJECT_FILE,
      });
  if (values === undefined) throw new Error('A project without problems has values.');
  return {
    root,
    ...values,
    promptsFolder: resolve(root, ...values.prompts.split('/')),
    warnings: problems.map(({ message, range }) => ({ ...positionAt(text, range.start), message })),
  };
}

/** Settings that a change of the registry keeps. */
type KeptValues = Partial<Pick<Project, 'prompts' | 'frontMatterKeys'>>;

/**
 * The text of a project file.
 * @param others what else is in the file, such as `$schema`
 * @throws WorkspaceError as `parseProject`, so that no invalid file is written
 */
function projectText(
  root: string,
  registry: string,
  { prompts = DEFAULT_FOLDER, frontMatterKeys = [] }: KeptValues,
  others: object,
): string {
  const values = { ...others, registry, prompts, ...(frontMatterKeys.length > 0 && { frontMatterKeys }) };
  const text = `${JSON.stringify(values, null, 2)}\n`;
  parseProject(Buffer.from(text), root);
  return text;
}

/** Writes `promptforge.json`. @throws WorkspaceError as `parseProject`, or `not_writable` */
export async function writeProject(
  root: string,
  registry: string,
  files: FileSystem,
  kept: KeptValues = {},
): Promise<Project> {
  const others = await valuesIn(join(root, PROJECT_FILE), files);
  const bytes = Buffer.from(projectText(root, registry, kept, others));
  const written = parseProject(bytes, root);
  await checkInside(written, files);
  try {
    await files.writeFile(join(root, PROJECT_FILE), bytes);
  } catch (cause) {
    throw new WorkspaceError(
      'not_writable',
      join(root, PROJECT_FILE),
      'The file cannot be written. Check the rights of the folder and the space on the disk.',
      { cause, shownAs: PROJECT_FILE },
    );
  }
  return written;
}

/** The values of a file that is replaced; none if there is no file, or it is not JSON. */
async function valuesIn(file: string, files: FileSystem): Promise<object> {
  try {
    const values: unknown = JSON.parse(decodeText((await files.readFile(file)) ?? new Uint8Array()) ?? '');
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return {};
    const { registry: _, prompts: __, frontMatterKeys: ___, ...others } = values as Record<string, unknown>;
    return others;
  } catch {
    return {}; // it is replaced as a whole
  }
}

/** The path may contain a link, as long as it stays inside. */
async function checkInside(found: Project, files: FileSystem): Promise<void> {
  const root = await files.realpath(found.root);
  const segments = found.prompts.split('/');
  for (let depth = segments.length; depth > 0; depth--) {
    const real = await realpathOf(join(found.root, ...segments.slice(0, depth)), files);
    if (real === undefined) continue;
    if (root !== undefined && isInside(root, real)) return;
    throw new WorkspaceError(
      'outside',
      found.promptsFolder,
      `The prompts folder is a link that leads out of the workspace. Choose a folder inside it in ${PROJECT_FILE}.`,
      { shownAs: found.prompts },
    );
  }
}

/** @throws WorkspaceError `unreadable` for a name that the disk refuses, or a circle of links */
async function realpathOf(path: string, files: FileSystem): Promise<string | undefined> {
  try {
    return await files.realpath(path);
  } catch (cause) {
    throw new WorkspaceError(
      'unreadable',
      path,
      `The prompts folder cannot be read: ${systemMessage(cause)}`,
      {
        cause,
        shownAs: PROJECT_FILE,
      },
    );
  }
}
