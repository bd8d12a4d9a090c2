/** The documents with language features, for VS Code and its language client. */
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { LANGUAGE } from './place-of-file.ts';

/** Includes published versions and the sides of comparisons. */
export const PROMPTS = [{ language: LANGUAGE }];
export const PROMPT_FILES = [{ language: LANGUAGE, scheme: 'file' }];
export const SAMPLES = [{ scheme: 'file', pattern: `**/*${SAMPLES_EXTENSION}` }];
/** Text typed by a person. */
export const WRITTEN = [...PROMPT_FILES, { language: LANGUAGE, scheme: 'untitled' }];
