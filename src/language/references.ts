/** Every occurrence of the symbol at a position. */
import { declares } from './definition.ts';
import type { Library, LibraryPrompt, LibrarySamples } from './library.ts';
import { occurrencesOf } from './occurrences.ts';
import { inlineNames, usesOf } from './partial-uses.ts';
import type { Location } from './results.ts';
import { type Thing, thingAt, thingInSamples } from './thing.ts';

/** By file and place. A helper, `this` and `@index` have none. */
export function references(
  prompt: LibraryPrompt,
  offset: number,
  library: Library,
  includeDeclaration: boolean,
): Location[] {
  const thing = thingAt(prompt, offset, library);
  return thing === undefined ? [] : referencesTo(thing, library, includeDeclaration);
}

/** As `references`, from a samples file. */
export function referencesInSamples(
  samples: LibrarySamples,
  offset: number,
  library: Library,
  includeDeclaration: boolean,
): Location[] {
  const thing = thingInSamples(samples, offset, library);
  return thing === undefined ? [] : referencesTo(thing, library, includeDeclaration);
}

function referencesTo(thing: Thing, library: Library, includeDeclaration: boolean): Location[] {
  switch (thing.kind) {
    case 'partial': {
      if (thing.partial === undefined) return [];
      const uses = usesOf(thing.partial, library).filter(({ closes }) => !closes);
      const file = { uri: thing.partial.uri, span: { start: 0, end: 0 } };
      return inOrder(includeDeclaration ? [file, ...uses] : uses);
    }
    case 'inline': {
      const { definitions, uses } = inlineNames(thing.prompt, thing.inline);
      const spans = includeDeclaration ? [...definitions, ...uses] : uses;
      return inOrder(spans.map(span => ({ uri: thing.prompt.uri, span })));
    }
    case 'name': {
      const occurrences = occurrencesOf(thing.name, thing.prompt, library);
      const here = occurrences.at(thing);
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
