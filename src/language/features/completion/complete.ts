/** Completion in a prompt. */
import { kindOf } from '../../analysis/analysis.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { completeBody } from './body.ts';
import { completeFrontMatter, yamlAt } from './front-matter.ts';
import type { CompletionItem } from './item.ts';

/** Completions at `offset` of `prompt`; sort by `sortText`. Never throws. */
export function complete(prompt: LibraryPrompt, offset: number, library: Library): CompletionItem[] {
  const yaml = yamlAt(prompt.analysis.text, offset, kindOf(prompt.name));
  return yaml === undefined
    ? completeBody(prompt, offset, library)
    : completeFrontMatter(prompt, yaml, offset, library);
}
