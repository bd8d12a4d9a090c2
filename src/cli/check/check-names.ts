/** Finds files in a prompts folder whose names keep them from being published. */
import { relative, sep } from 'node:path';
import { promptOfFile } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { caseTroubles } from '../../workspace/name-case.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import { type PromptFile, PromptsFolder } from '../../workspace/prompts-folder.ts';
import { type CheckFinding, WHOLE_FILE } from './finding.ts';

export class NameChecker {
  /** By path of the prompts folder. */
  readonly #folders = new Map<string, { readonly folder: PromptsFolder; readonly files: PromptFile[] }>();

  /** @returns an error if the file's name is not a prompt name; `caseFindings` reports names that differ by case */
  check(path: string, { root, promptsFolder }: Project): CheckFinding | undefined {
    const known = this.#folders.get(promptsFolder) ?? {
      folder: new PromptsFolder(root, promptsFolder, nodeFileSystem),
      files: [],
    };
    this.#folders.set(promptsFolder, known);
    try {
      known.files.push({ name: promptOfFile(relative(promptsFolder, path).split(sep).join('/')), path });
      return undefined;
    } catch (error) {
      if (!Problem.is(error)) throw error;
      return wrong(path, 'bad-name', `The file's name is not a prompt name. ${error.message}`);
    }
  }

  caseFindings(): CheckFinding[] {
    return [...this.#folders.values()].flatMap(({ folder, files }) => {
      const shown = (path: string) => folder.shown(path);
      return caseTroubles(files, [], shown).map(({ path, message }) =>
        wrong(path, 'other-case', message.slice(`${shown(path)}: `.length)),
      );
    });
  }
}

function wrong(file: string, code: string, message: string): CheckFinding {
  return { file, level: 'error', code, message, ...WHOLE_FILE };
}
