/** Finds the declaration of the symbol at a position: in a schema, as a block's parameter, in a partial's file. */
import type { Library, LibraryPrompt, LibrarySamples } from './library.ts';
import { type Occurrence, occurrencesOf } from './occurrences.ts';
import { inlineNames } from './partial-uses.ts';
import type { Location } from './results.ts';
import { touches } from './span.ts';
import { type Thing, thingAt, thingInSamples } from './thing.ts';

/** Empty where nothing declares it. A closing tag leads to its opening one. */
export function definition(prompt: LibraryPrompt, offset: number, library: Library): Location[] {
  for (const { close, call } of prompt.analysis.resolved.blocks)
    if (close && call && touches(close.name.span, offset))
      return [{ uri: prompt.uri, span: call.callee.span }];
  const thing = thingAt(prompt, offset, library);
  return thing === undefined ? [] : definitionOf(thing, library);
}

/** As `definition`, from a samples file. */
export function definitionInSamples(samples: LibrarySamples, offset: number, library: Library): Location[] {
  const thing = thingInSamples(samples, offset, library);
  return thing === undefined ? [] : definitionOf(thing, library);
}

function definitionOf(thing: Thing, library: Library): Location[] {
  switch (thing.kind) {
    case 'partial':
      return thing.partial ? [{ uri: thing.partial.uri, span: { start: 0, end: 0 } }] : [];
    case 'inline':
      return inlineNames(thing.prompt, thing.inline).definitions.map(span => ({
        uri: thing.prompt.uri,
        span,
      }));
    case 'name': {
      const occurrences = occurrencesOf(thing.name, thing.prompt, library);
      const here = occurrences.at(thing);
      if (here === undefined) return [];
      return occurrences
        .like(here)
        .filter(each => declares(each) || (each.as === 'argument' && here.as !== 'argument'))
        .map(({ uri, span }) => ({ uri, span }))
        .sort((one, other) => Number(other.uri === thing.uri) - Number(one.uri === thing.uri));
    }
    default:
      return [];
  }
}

/** Returns whether a place is where a name comes from. */
export function declares({ as }: Occurrence): boolean {
  return as === 'declaration' || as === 'parameter';
}
