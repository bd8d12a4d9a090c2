/** The hover for the name under the mouse, in a prompt. */
import { kindOf } from '../../analysis/analysis.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import type { Span } from '../../results/span.ts';
import { yamlAt } from '../completion/front-matter.ts';
import { hoverInBody } from './body.ts';
import { hoverInFrontMatter } from './front-matter.ts';

export interface Hover {
  /** Its range in the document. */
  readonly span: Span;
  readonly markdown: string;
}

/** Undefined if nothing is known about `offset`. Never throws. */
export function hover(prompt: LibraryPrompt, offset: number, library: Library): Hover | undefined {
  const yaml = yamlAt(prompt.analysis.text, offset, kindOf(prompt.name));
  return yaml === undefined
    ? hoverInBody(prompt, offset, library)
    : hoverInFrontMatter(prompt, yaml, offset, library);
}
