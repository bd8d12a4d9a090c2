/** Checks one prompt file: finds the errors that prevent publishing, and the editor's warnings. */
import { resolve } from 'node:path';
import type { LinkedPartial } from '../../core/flatten.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem, type SourceIssue } from '../../core/problem.ts';
import { issueAt } from '../../core/source-position.ts';
import { Library, type LibraryPrompt } from '../../language/analysis/library.ts';
import { diagnose } from '../../language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../language/results/finding.ts';
import { inspectFile } from '../../workspace/check-file.ts';
import { type LinkedFile, shownPath } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { type CheckFinding, WHOLE_FILE } from './finding.ts';
import type { FileProject } from './surroundings.ts';

export interface CheckedPrompt {
  /** Includes findings in its partials. */
  readonly findings: readonly CheckFinding[];
  readonly isWrong: boolean;
  /** Undefined if the file or one of its partials is invalid or cannot be read. */
  readonly analyzed: LibraryPrompt | undefined;
  /** Undefined for a prompt that cannot be published. */
  readonly linked: LinkedFile | undefined;
}

/** Checks files one after the other; a partial that many use is analyzed only once. */
export class PromptChecker {
  /** The libraries by the folder that prompt names are relative to. */
  readonly #libraries = new Map<string, Library>();

  /** @param file absolute */
  async check(file: string, { root, project }: FileProject): Promise<CheckedPrompt> {
    try {
      const { issues, linked } = await inspectFile({ file, root, fileSystem: nodeFileSystem });
      const analyzed = linked && this.#analyze(file, linked);
      if (issues.length > 0) {
        const findings = issues.map(({ label, ...issue }) => asError(resolve(label), issue));
        return { findings, isWrong: true, analyzed, linked: undefined };
      }
      const findings =
        linked && analyzed ? this.#warnings(file, linked, analyzed, project?.frontMatterKeys) : [];
      return { findings, isWrong: false, analyzed, linked };
    } catch (error) {
      return { findings: [unread(error, file)], isWrong: true, analyzed: undefined, linked: undefined };
    }
  }

  #analyze(file: string, { root, name, source, files, partials }: LinkedFile): LibraryPrompt | undefined {
    const library = this.#libraries.get(root) ?? new Library();
    this.#libraries.set(root, library);
    const done = new Set<LinkedPartial>();
    const put = (linked: LinkedFile['partials']): void => {
      for (const partial of linked.values()) {
        if (done.has(partial)) continue;
        done.add(partial);
        const path = files.get(partial.id);
        if (path !== undefined && partial.source !== undefined)
          library.setPrompt(path, partial.id as PromptName, partial.source);
        put(partial.partials);
      }
    };
    put(partials);
    library.setPrompt(file, name, source);
    return library.at(file);
  }

  #warnings(
    file: string,
    { root, source }: LinkedFile,
    analyzed: LibraryPrompt,
    frontMatterKeys: readonly string[] | undefined,
  ): CheckFinding[] {
    const library = this.#libraries.get(root) ?? new Library();
    return diagnose(analyzed, library, { frontMatterKeys })
      .filter(finding => severityOf(finding) === 'warning')
      .map(({ code, span, message }) => ({
        ...issueAt(source, span.start, span.end, message),
        ...{ file, level: 'warning', code },
      }));
  }
}

function asError(file: string, issue: SourceIssue): CheckFinding {
  const { line, column, endLine, endColumn, code, message } = issue;
  return { file, level: 'error', code, message, line, column, endLine, endColumn };
}

/** Converts the error of a file that could not be read to a finding. @throws any other error */
export function unread(error: unknown, file: string): CheckFinding {
  if (WorkspaceError.is(error)) {
    const { line, column } = error.place ?? WHOLE_FILE;
    const code = error.reason.replaceAll('_', '-');
    const message = withoutFile(error.message, error.file);
    return asError(error.file, { line, column, endLine: line, endColumn: column, code, message });
  }
  if (!Problem.is(error)) throw error;
  const [place = WHOLE_FILE] = error.details.issues ?? [];
  const code = Problem.is(error, 'too_large') ? 'too-large' : 'not-utf8';
  return asError(file, { ...place, code, message: withoutFile(error.message, file) });
}

/** The message without the file and position that it begins with. */
function withoutFile(message: string, file: string): string {
  const shown = shownPath(file, process.cwd());
  if (!message.startsWith(`${shown}:`)) return message;
  return message.slice(shown.length).replace(/^(?::\d+:\d+)?: /, '');
}
