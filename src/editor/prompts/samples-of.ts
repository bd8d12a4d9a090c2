/** The file of sample inputs beside a prompt's file. */
import type * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION } from '../../core/name.ts';
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';

/** The URI of the samples file, which need not exist. */
export function samplesOf(file: vscode.Uri): vscode.Uri {
  return file.with({ path: `${file.path.slice(0, -PROMPT_FILE_EXTENSION.length)}${SAMPLES_EXTENSION}` });
}
