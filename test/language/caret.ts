/** Texts with `|` for the caret, in a small library of prompts. */
import assert from 'node:assert/strict';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Library, type LibraryPrompt } from '../../src/language/analysis/library.ts';

/** What a test's library holds, by name; partials and samples too. */
export interface Beside {
  readonly prompts?: Readonly<Record<string, string>>;
  /** Of the prompt itself. */
  readonly samples?: string;
}

export interface AtCaret {
  readonly prompt: LibraryPrompt;
  readonly library: Library;
  readonly text: string;
  readonly offset: number;
}

/** `marked` with its `|` taken out, as the prompt `support/reply`. Bars of block parameters are written `¦`. */
export function atCaret(marked: string, { prompts = {}, samples }: Beside = {}): AtCaret {
  const offset = marked.indexOf('|');
  assert.ok(offset >= 0, 'a caret');
  const text = (marked.slice(0, offset) + marked.slice(offset + 1)).replaceAll('¦', '|');
  return { ...inLibrary(text, { prompts, ...(samples !== undefined && { samples }) }), text, offset };
}

/** `text` as the prompt `support/reply`. */
export function inLibrary(
  text: string,
  { prompts = {}, samples }: Beside = {},
): Pick<AtCaret, 'prompt' | 'library'> {
  const library = new Library();
  const name: PromptName = parsePromptName('support/reply');
  for (const [other, source] of Object.entries(prompts))
    library.setPrompt(`file:${other}`, parsePromptName(other), source);
  library.setPrompt('file:support/reply', name, text);
  if (samples !== undefined) library.setSamples('samples:support/reply', name, samples);
  const prompt = library.at('file:support/reply');
  assert.ok(prompt);
  return { prompt, library };
}

export const FRONT_MATTER = `---
description: Answers a customer
input:
  schema:
    queues(array, the queues there are):
      id: string
      takes?: string, what *belongs* there
    user:
      name: string, how to call them
      odd name: string
    tone(enum, how to sound): [formal, casual]
    vip?: boolean
    json: string
  default:
    vip: false
---
`;
