/** Which documents the language features are for. */
import type * as vscode from 'vscode';
import { SAMPLES_EXTENSION } from '../../language-worker/contract.ts';
import { LANGUAGE } from './place-of-file.ts';

/** Published versions and the sides of comparisons too. */
export const PROMPTS: vscode.DocumentSelector = { language: LANGUAGE };
export const PROMPT_FILES: vscode.DocumentSelector = { language: LANGUAGE, scheme: 'file' };
export const SAMPLES: vscode.DocumentSelector = { scheme: 'file', pattern: `**/*${SAMPLES_EXTENSION}` };
/** Text typed by a person. */
export const WRITTEN: vscode.DocumentSelector = [
  { language: LANGUAGE, scheme: 'file' },
  { language: LANGUAGE, scheme: 'untitled' },
];
