/** Renders a prompt file with partials from the files around it, for the preview and `promptforge render`. */
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path';
import type { LinkedPartial } from '../core/flatten.ts';
import { type FoundPrompt, linkPartials } from '../core/link.ts';
import {
  fileOfPrompt,
  isPromptName,
  PROMPT_FILE_EXTENSION,
  type PromptName,
  sharedFolder,
} from '../core/name.ts';
import { type RenderedPrompt, type RenderRequest, render } from '../core/render.ts';
import { type SourceKind, sourceKindOf } from '../core/source.ts';
import { isSpelledSo } from '../disk/spelling.ts';
import type { ReadableFiles } from './file-system.ts';
import { similarFiles } from './similar-files.ts';
import { checkInside, diskOf, isInside, readSource } from './source-file.ts';
import { WorkspaceError } from './workspace-error.ts';

export interface FileRenderRequest {
  /** The prompt file; a relative path is taken from the working directory. */
  readonly file: string;
  /**
   * The topmost folder in which partials are looked up: the prompts folder. Default: the topmost folder below which all
   * folder names are valid in a prompt name.
   */
  readonly root?: string | undefined;
  /** Values by variable name. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly strict?: boolean | undefined;
  readonly messages?: RenderRequest['messages'] | undefined;
  readonly context?: RenderRequest['context'] | undefined;
  /** The text to render instead of the file's bytes: an editor's unsaved text. */
  readonly source?: string | undefined;
  /** Returns the unsaved text of a prompt or partial by its absolute path; undefined if there is none. */
  readonly read?: ((path: string) => string | undefined) | undefined;
  /** The folder that paths in messages are relative to; default: the working directory. */
  readonly shownFrom?: string | undefined;
  readonly fileSystem: ReadableFiles;
}

/**
 * @throws Problem `invalid_source` with file, line and column in its message, `too_large`, `missing_input`
 * @throws WorkspaceError `file_missing`, `outside`, `unreadable`
 */
export async function renderFile(request: FileRenderRequest): Promise<RenderedPrompt> {
  const { source, kind, partials, label } = await linkFile(request);
  return render({
    source,
    kind,
    partials,
    label,
    input: request.input,
    ...(request.messages !== undefined && { messages: request.messages }),
    ...(request.context !== undefined && { context: request.context }),
    ...(request.strict !== undefined && { strict: request.strict }),
  });
}

export interface LinkedFile {
  readonly source: string;
  readonly kind: SourceKind;
  /** By reference as written. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Absolute paths of the partials that were read, by id. */
  readonly files: ReadonlyMap<string, string>;
  /** The file in messages. */
  readonly label: string;
  /** The folder that the prompt name is relative to, absolute. */
  readonly root: string;
  /** The prompt name below `root`. Its last segment is a placeholder if the file's own name is not valid. */
  readonly name: PromptName;
}

/**
 * Reads a file and determines its label in messages, its prompt name and the kind of its source.
 * @throws Problem `too_large`, or `invalid_source` if it is not UTF-8
 * @throws WorkspaceError `file_missing`, `outside`, `unreadable`
 */
export async function openFile(
  request: Pick<FileRenderRequest, 'file' | 'root' | 'source' | 'read' | 'fileSystem' | 'shownFrom'>,
): Promise<OpenedFile> {
  const { fileSystem, shownFrom = process.cwd() } = request;
  const file = resolve(request.file);
  const shown = (path: string) => shownPath(path, shownFrom);
  const label = shown(file);
  const { root, name } = placeOf(file, request.root === undefined ? undefined : resolve(request.root), shown);
  const source = request.source ?? request.read?.(file) ?? (await readSource(file, label, fileSystem));
  if (source === undefined)
    throw new WorkspaceError('file_missing', file, 'There is no such file.', { shownAs: label });
  return { source, kind: sourceKindOf(name), label, root, name };
}

type OpenedFile = Omit<LinkedFile, 'partials' | 'files'>;

/**
 * Reads a file and its partials, which are looked up beside it and in the folders above it, up to the root.
 * @throws Problem `invalid_source`, `too_large`
 * @throws WorkspaceError `file_missing`, `outside`, `unreadable`
 */
export async function linkFile(
  request: Pick<FileRenderRequest, 'file' | 'root' | 'source' | 'read' | 'fileSystem' | 'shownFrom'>,
): Promise<LinkedFile> {
  const { fileSystem } = request;
  const read = async (path: string) =>
    request.read?.(path) ?? (await readSource(path, shown(path), fileSystem));
  const files = new Map<string, string>();
  const shown = (path: string) => shownPath(path, request.shownFrom ?? process.cwd());
  const opened = await openFile(request);
  const { source, label, root, name } = opened;
  const find = async (candidate: PromptName): Promise<FoundPrompt | undefined> => {
    const path = join(root, ...fileOfPrompt(candidate).split('/'));
    await checkInside(path, root, shown(path), fileSystem);
    const found = await read(path);
    if (found === undefined) return undefined;
    // The registry and other disks may be case-sensitive although this one is not. The file's own folders are used as
    // given.
    const given = join(root, ...sharedFolder(name, candidate).split('/'));
    if (!(await isSpelledSo(path, given, diskOf(fileSystem)))) return undefined;
    files.set(candidate, path);
    return { name: candidate, source: found, id: candidate, label: shown(path) };
  };
  const similar = similarFiles(root, fileSystem, request.root !== undefined);
  const partials = await linkPartials(name, source, find, label, similar);
  return { ...opened, partials, files };
}

/**
 * The file as a prompt below a root: the given one, or the topmost folder below which all names are valid in a prompt
 * name. A file with an invalid name gets a placeholder: only its folders matter for finding partials.
 * @throws WorkspaceError `outside` if the file is not below the given root
 */
function placeOf(
  file: string,
  root: string | undefined,
  shown: (path: string) => string,
): { root: string; name: PromptName } {
  const folder = dirname(file);
  const top = root ?? parse(folder).root;
  if (!isInside(top, folder))
    throw new WorkspaceError('outside', file, `The file is not in ${top}.`, { shownAs: shown(file) });
  const folders = relative(top, folder)
    .split(sep)
    .filter(segment => segment !== '');
  const own = basename(file, PROMPT_FILE_EXTENSION);
  const last = isPromptName(own) ? own : STAND_IN;
  for (let from = 0; ; from++) {
    const name = [...folders.slice(from), last].join('/');
    if (isPromptName(name)) return { root: join(top, ...folders.slice(0, from)), name };
  }
}

/** Never the name of a partial, which begins with "_". */
const STAND_IN = 'file';

/** A file's path in messages: relative to a folder that contains it, otherwise absolute. */
export function shownPath(path: string, from: string): string {
  return isInside(from, path) ? relative(from, path).split(sep).join('/') || '.' : path;
}
