/** The documents with language features, for VS Code and its language client. */
import type { DocumentFilter } from 'vscode';
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { LANGUAGE } from './place-of-file.ts';

/** Includes published versions and the sides of comparisons. */
export const PROMPTS = [{ language: LANGUAGE }];

/** @param schemes of the window's files, from `fileSchemes` */
export function samplesFiles(schemes: readonly string[]) {
  return schemes.map(scheme => ({ scheme, pattern: `**/*${SAMPLES_EXTENSION}` })) satisfies DocumentFilter[];
}

/** Text typed by a person. @param schemes as for `samplesFiles` */
export function writtenPrompts(schemes: readonly string[]) {
  return [...schemes, 'untitled'].map(scheme => ({ language: LANGUAGE, scheme })) satisfies DocumentFilter[];
}
