/** What keeps a prompt file from being published, with its partials from the files around it: what `promptforge check` tells. */
import { Problem, type SourceIssue } from '../core/problem.ts';
import { readMetadata } from '../core/render.ts';
import { type FileRenderRequest, linkFile } from './file-partials.ts';

export interface FileIssue extends SourceIssue {
  /** Names the file: the prompt's, or that of a partial in it. */
  readonly label: string;
}

/**
 * Everything that is found at once: what is wrong with the partials shows where the prompt itself is right. Empty for
 * a file that can be published.
 * @throws WorkspaceError `file_missing`, `outside`, `unreadable`
 */
export async function checkFile(
  request: Pick<FileRenderRequest, 'file' | 'root' | 'fileSystem' | 'shownFrom'>,
): Promise<readonly FileIssue[]> {
  try {
    const { source, kind, label } = await linkFile(request);
    await readMetadata(source, label, { kind });
    return [];
  } catch (error) {
    if (Problem.is(error, 'invalid_source', 'too_large')) return issuesOf(error, request.file);
    throw error;
  }
}

function issuesOf({ message, details }: Problem, file: string): readonly FileIssue[] {
  const { issues = [] } = details;
  const [first] = issues;
  const place = first && `:${first.line}:${first.column}: `;
  const at = place === undefined ? -1 : message.indexOf(place);
  if (at >= 0) return issues.map(issue => ({ ...issue, label: message.slice(0, at) }));
  const whole = message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
  return [{ label: file, line: 1, column: 1, endLine: 1, endColumn: 1, message: whole }];
}
