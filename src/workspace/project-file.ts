/** `promptforge.json` at the workspace root: which registry the prompts belong to and where they lie. No secret, ever. */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { whyNotRegistryUrl } from '../client/address.ts';
import { KEY_LIKE } from '../core/key.ts';
import { positionAt } from '../core/source.ts';
import type { FileSystem } from './file-system.ts';
import { parseJsonFile } from './json-text.ts';
import { isInside } from './source-file.ts';
import { type Place, WorkspaceError } from './workspace-error.ts';

export const PROJECT_FILE = 'promptforge.json';
export const EMBEDDED = 'embedded';
const DEFAULT_FOLDER = 'prompts';

export interface Project {
  /** The workspace root, absolute. */
  readonly root: string;
  /** A registry's URL, or `embedded`: the one inside the extension. */
  readonly registry: string;
  /** The prompts folder relative to the root, with forward slashes. */
  readonly prompts: string;
  /** The prompts folder, absolute; it may not exist yet. */
  readonly promptsFolder: string;
  /** What is not wrong but has no meaning, such as an unknown key. */
  readonly warnings: readonly (Place & { readonly message: string })[];
}

const project = z.object({ registry: z.string(), prompts: z.string().default(DEFAULT_FOLDER) });
/** `$schema` is for editors. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(['registry', 'prompts', '$schema']);

/**
 * @throws WorkspaceError `no_project`, `invalid_project_file`, `secret_in_project_file`, or `outside` when the
 * prompts folder is not inside the workspace, by its path or by a link.
 */
export async function readProject(root: string, files: FileSystem): Promise<Project> {
  const file = join(root, PROJECT_FILE);
  const bytes = await files.readFile(file);
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

/** The project in the bytes of a file, checked as far as they alone tell. @throws WorkspaceError */
export function parseProject(bytes: Uint8Array, root: string): Project {
  const file = join(root, PROJECT_FILE);
  const refuse = (
    reason: 'invalid_project_file' | 'secret_in_project_file' | 'outside',
    why: string,
    place: Place,
  ) => new WorkspaceError(reason, file, why, { place, shownAs: PROJECT_FILE });
  checkNoSecret(bytes, place =>
    refuse(
      'secret_in_project_file',
      'A key stands here, and this file goes into git. Take it out, revoke it, and set a new one in the editor, which keeps it in the keychain.',
      place,
    ),
  );
  const json = parseJsonFile(bytes, file, 'invalid_project_file', PROJECT_FILE);
  const parsed = project.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).map(String);
    const where = path.length === 0 ? 'The file' : `"${path.join('.')}"`;
    const expected = path.length === 0 ? 'an object, such as {"registry": "https://…"}' : 'text';
    throw refuse('invalid_project_file', `${where} must be ${expected}.`, json.placeOf(path));
  }
  const { registry, prompts } = parsed.data;
  const why = registry === EMBEDDED ? undefined : whyNotRegistryUrl(registry);
  if (why !== undefined) {
    const url = URL.parse(registry);
    const secret = url !== null && url.username + url.password !== '';
    throw refuse(
      secret ? 'secret_in_project_file' : 'invalid_project_file',
      `"registry" is neither "${EMBEDDED}" nor a URL that can be used. ${why}`,
      json.placeOf(['registry']),
    );
  }
  const folder = withForwardSlashes(prompts);
  const outside = whyOutside(folder);
  if (outside !== undefined) throw refuse('outside', `"prompts" ${outside}`, json.placeOf(['prompts']));
  const unknown = Object.keys(json.value as object).filter(key => !KNOWN_KEYS.has(key));
  return {
    root,
    registry: registry === EMBEDDED ? EMBEDDED : registry.replace(/\/+$/, ''),
    prompts: folder,
    promptsFolder: resolve(root, ...folder.split('/')),
    warnings: unknown.map(key => ({
      ...json.placeOf([key], 'key'),
      message: `"${key.slice(0, 60)}" has no meaning here; known are "registry" and "prompts".`,
    })),
  };
}

/** The text of a project file. @throws WorkspaceError as `parseProject`: what could not be read is not written */
export function projectText(root: string, registry: string, prompts = DEFAULT_FOLDER): string {
  const text = `${JSON.stringify({ registry, prompts }, null, 2)}\n`;
  parseProject(Buffer.from(text), root);
  return text;
}

/** Writes `promptforge.json`. @throws WorkspaceError as `parseProject`, or `not_writable` */
export async function writeProject(
  root: string,
  registry: string,
  files: FileSystem,
  prompts = DEFAULT_FOLDER,
): Promise<Project> {
  const bytes = Buffer.from(projectText(root, registry, prompts));
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

function checkNoSecret(bytes: Uint8Array, refuse: (place: Place) => WorkspaceError): void {
  const text = new TextDecoder().decode(bytes);
  const at = text.search(KEY_LIKE);
  if (at >= 0) throw refuse(positionAt(text, at));
}

/** Windows' separators and what says nothing ("./", "//" inside, "/" at the end) taken out. */
function withForwardSlashes(folder: string): string {
  const segments = folder.replaceAll('\\', '/').split('/');
  return segments.filter((segment, index) => segment !== '.' && (segment !== '' || index === 0)).join('/');
}

/** Of a folder with forward slashes. The empty string and "." are the workspace itself. */
function whyOutside(folder: string): string | undefined {
  if (/^(?:\/|[a-zA-Z]:)/.test(folder))
    return 'must be a folder inside the workspace, relative to it, such as "prompts".';
  if (folder.split('/').includes('..')) return 'must stay inside the workspace: ".." leads out of it.';
  if (folder === '' || folder === '.')
    return 'must name a folder of its own inside the workspace, such as "prompts".';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f]/.test(folder)) return 'holds a control character.';
  return undefined;
}

/** A link may stand in the path, as long as it stays inside. */
async function checkInside(found: Project, files: FileSystem): Promise<void> {
  const root = await files.realpath(found.root);
  const segments = found.prompts.split('/');
  for (let depth = segments.length; depth > 0; depth--) {
    const real = await files.realpath(join(found.root, ...segments.slice(0, depth)));
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
