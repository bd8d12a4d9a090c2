/** A library of prompts by their names, for tests. */
import { parsePromptName } from '../../src/core/name.ts';
import { Library, type LibraryPrompt } from '../../src/language/analysis/library.ts';

export function aLibrary(texts: Readonly<Record<string, string>>): Library {
  const library = new Library();
  for (const [name, text] of Object.entries(texts))
    library.setPrompt(`${name}.prompt`, parsePromptName(name), text);
  return library;
}

export function promptOf(library: Library, name: string): LibraryPrompt {
  const prompt = library.prompt(parsePromptName(name));
  if (prompt === undefined) throw new Error(`There is no ${name}.`);
  return prompt;
}
