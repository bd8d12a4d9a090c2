/** Finds the declaration of the symbol at a position: in a schema, as a block's parameter, in a partial's file. */
import type { Library, LibraryPrompt, LibrarySamples } from '../analysis/library.ts';
import { type Occurrence, occurrencesOf } from '../analysis/occurrences.ts';
import { inlineNames } from '../analysis/partial-uses.ts';
import { type PromptSymbol, symbolAt, symbolInSamples } from '../analysis/symbol-at.ts';
import type { Location } from '../results/location.ts';
import { touches } from '../results/span.ts';

/** The declarations; empty if there are none. A closing tag leads to its opening tag. */
export function definition(prompt: LibraryPrompt, offset: number, library: Library): Location[] {
  for (const { close, call } of prompt.analysis.resolved.blocks)
    if (close && call && touches(close.name.span, offset))
      return [{ uri: prompt.uri, span: call.callee.span }];
  const symbol = symbolAt(prompt, offset, library);
  return symbol === undefined ? [] : definitionOf(symbol, library);
}

/** Like `definition`, from a samples file. */
export function definitionInSamples(samples: LibrarySamples, offset: number, library: Library): Location[] {
  const symbol = symbolInSamples(samples, offset, library);
  return symbol === undefined ? [] : definitionOf(symbol, library);
}

function definitionOf(symbol: PromptSymbol, library: Library): Location[] {
  switch (symbol.kind) {
    case 'partial':
      return symbol.partial ? [{ uri: symbol.partial.uri, span: { start: 0, end: 0 } }] : [];
    case 'inline':
      return inlineNames(symbol.prompt, symbol.inline).definitions.map(span => ({
        uri: symbol.prompt.uri,
        span,
      }));
    case 'name': {
      const occurrences = occurrencesOf(symbol.name, symbol.prompt, library);
      const here = occurrences.at(symbol);
      if (here === undefined) return [];
      return occurrences
        .like(here)
        .filter(each => declares(each) || (each.as === 'argument' && here.as !== 'argument'))
        .map(({ uri, span }) => ({ uri, span }))
        .sort((one, other) => Number(other.uri === symbol.uri) - Number(one.uri === symbol.uri));
    }
    default:
      return [];
  }
}

/** Returns true if a place declares a name. */
export function declares({ as }: Occurrence): boolean {
  return as === 'declaration' || as === 'parameter';
}
