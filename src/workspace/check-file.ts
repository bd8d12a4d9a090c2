/** Checks whether a prompt file could be published with the partials around it, for `promptforge check`. */
import { resolve } from 'node:path';
import { flatten } from '../core/flatten.ts';
import { Problem, type SourceIssue } from '../core/problem.ts';
import { readMetadata } from '../core/render.ts';
import { parseSource } from '../core/source.ts';
import { inOrder } from '../core/template.ts';
import { type FileRenderRequest, type LinkedFile, linkFile, openFile, shownPath } from './file-partials.ts';

export interface FileIssue extends SourceIssue {
  /** The file in messages: the prompt's, or a partial's. */
  readonly label: string;
}

export interface CheckedFile {
  /** Empty for a file that can be published. */
  readonly issues: readonly FileIssue[];
  /** Undefined if the file or one of its partials is invalid or cannot be read. */
  readonly linked: LinkedFile | undefined;
}

type CheckRequest = Pick<FileRenderRequest, 'file' | 'root' | 'fileSystem' | 'shownFrom'>;

/**
 * Returns all errors of a file; those of its partials only if the prompt itself is valid. Empty if it can be published.
 * @throws WorkspaceError `file_missing`, `outside`, `unreadable`
 */
export async function checkFile(request: CheckRequest): Promise<readonly FileIssue[]> {
  return (await inspectFile(request)).issues;
}

/** Like `checkFile`, with the linked file. @throws WorkspaceError as `checkFile` */
export async function inspectFile(request: CheckRequest): Promise<CheckedFile> {
  let linked: LinkedFile | undefined;
  try {
    const { source, label, kind } = await openFile(request);
    const problems = [
      await problemOf(async () => {
        linked = await linkFile({ ...request, source });
        checkInPlace(linked);
      }),
      await problemOf(() => readMetadata(source, label, { kind })),
    ];
    const found = await Promise.all(problems.map(problem => (problem ? issuesOf(problem, request) : [])));
    return { issues: eachOnce(found.flat()), linked };
  } catch (error) {
    if (!Problem.is(error, 'invalid_source', 'too_large')) throw error;
    return { issues: await issuesOf(error, request), linked };
  }
}

async function problemOf(check: () => Promise<unknown>): Promise<Problem | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (Problem.is(error, 'invalid_source', 'too_large')) return error;
    throw error;
  }
}

/** Removes duplicates. Keeps the order of the files, and sorts each file's issues by position. */
function eachOnce(issues: readonly FileIssue[]): readonly FileIssue[] {
  const files = Map.groupBy(issues, ({ label }) => label);
  return [...files.values()].flatMap(ofFile => {
    const told = new Set<string>();
    const isFirst = ({ line, column, message }: FileIssue) => {
      const { size } = told;
      return told.add(`${line}:${column} ${message}`).size > size;
    };
    return inOrder(ofFile.filter(isFirst));
  });
}

/** Checks the template with its partials in place. @throws Problem `invalid_source` */
function checkInPlace({ source, kind, partials }: LinkedFile): void {
  if (partials.size > 0) flatten({ template: parseSource(source, kind).template, partials });
}

async function issuesOf(
  { message, details }: Problem,
  { file, shownFrom = process.cwd(), fileSystem }: CheckRequest,
): Promise<readonly FileIssue[]> {
  const { issues = [] } = details;
  const [first] = issues;
  const place = first && `:${first.line}:${first.column}: `;
  // A file's name may contain text that looks like a position.
  for (let at = place === undefined ? -1 : message.indexOf(place); at >= 0; ) {
    const label = message.slice(0, at);
    const isFile = (await fileSystem.stat(resolve(shownFrom, label)))?.kind === 'file';
    if (isFile) return issues.map(issue => ({ ...issue, label }));
    at = message.indexOf(place!, at + 1);
  }
  const label = shownPath(resolve(file), shownFrom);
  const whole = message.startsWith(`${label}: `) ? message.slice(label.length + 2) : message;
  return [{ label, line: 1, column: 1, endLine: 1, endColumn: 1, message: whole }];
}
