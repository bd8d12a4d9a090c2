/** Finds every occurrence of the symbol at a position. */
import type { Library, LibraryPrompt, LibrarySamples } from '../analysis/library.ts';
import { occurrencesOf } from '../analysis/occurrences.ts';
import { inlineNames, usesOf } from '../analysis/partial-uses.ts';
import { type PromptSymbol, symbolAt, symbolInSamples } from '../analysis/symbol-at.ts';
import type { Location } from '../results/location.ts';
import { declares } from './definition.ts';

/** The occurrences, sorted by file and position; none for a helper, `this` and `@index`. */
export function references(
  prompt: LibraryPrompt,
  offset: number,
  library: Library,
  includeDeclaration: boolean,
): Location[] {
  const symbol = symbolAt(prompt, offset, library);
  return symbol === undefined ? [] : referencesTo(symbol, library, includeDeclaration);
}

/** Like `references`, from a samples file. */
export function referencesInSamples(
  samples: LibrarySamples,
  offset: number,
  library: Library,
  includeDeclaration: boolean,
): Location[] {
  const symbol = symbolInSamples(samples, offset, library);
  return symbol === undefined ? [] : referencesTo(symbol, library, includeDeclaration);
}

function referencesTo(symbol: PromptSymbol, library: Library, includeDeclaration: boolean): Location[] {
  switch (symbol.kind) {
    case 'partial': {
      if (symbol.partial === undefined) return [];
      const uses = usesOf(symbol.partial, library).filter(({ closes }) => !closes);
      const file = { uri: symbol.partial.uri, span: { start: 0, end: 0 } };
      return inOrder(includeDeclaration ? [file, ...uses] : uses);
    }
    case 'inline': {
      const { definitions, uses } = inlineNames(symbol.prompt, symbol.inline);
      const spans = includeDeclaration ? [...definitions, ...uses] : uses;
      return inOrder(spans.map(span => ({ uri: symbol.prompt.uri, span })));
    }
    case 'name': {
      const occurrences = occurrencesOf(symbol.name, symbol.prompt, library);
      const here = occurrences.at(symbol);
      if (here === undefined) return [];
      return inOrder(occurrences.like(here).filter(each => includeDeclaration || !declares(each)));
    }
    default:
      return [];
  }
}

function inOrder(locations: readonly Location[]): Location[] {
  return locations
    .map(({ uri, span }) => ({ uri, span }))
    .sort((one, other) =>
      one.uri < other.uri ? -1 : one.uri > other.uri ? 1 : one.span.start - other.span.start,
    );
}
