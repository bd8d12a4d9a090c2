/** Which documents the language features are for, for VS Code and in its language client. */
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { LANGUAGE } from './place-of-file.ts';

/** Published versions and the sides of comparisons too. */
export const PROMPTS = [{ language: LANGUAGE }];
export const PROMPT_FILES = [{ language: LANGUAGE, scheme: 'file' }];
export const SAMPLES = [{ scheme: 'file', pattern: `**/*${SAMPLES_EXTENSION}` }];
/** Text typed by a person. */
export const WRITTEN = [...PROMPT_FILES, { language: LANGUAGE, scheme: 'untitled' }];
