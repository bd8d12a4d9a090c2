/** Finds the calls of a partial in all prompts, by any name that they use. */
import type { Location } from '../results/location.ts';
import type { Span } from '../results/span.ts';
import type { InlinePartialNode, Name } from '../syntax/nodes.ts';
import type { Library, LibraryPrompt } from './library.ts';

export interface PartialReference extends Location {
  readonly prompt: LibraryPrompt;
  /** As written: `header`, `shared/header`. */
  readonly reference: string;
  /** True in a closing tag. */
  readonly closes: boolean;
}

/** All references to partials of the library, including closing tags; none to partials that a prompt itself defines. */
export function* partialReferences(prompts: Iterable<LibraryPrompt>): Generator<PartialReference> {
  for (const prompt of prompts) {
    const { partials, inlines } = prompt.analysis.resolved;
    const own = new Set(['@partial-block', ...inlines.map(({ name }) => name?.name)]);
    for (const { name, close } of partials) {
      if (name === undefined || own.has(name.name)) continue;
      const { uri } = prompt;
      yield { uri, prompt, reference: name.name, span: name.span, closes: false };
      if (close) yield { uri, prompt, reference: name.name, span: close.name.span, closes: true };
    }
  }
}

/** Names in the opening and closing tags of calls to `partial`. */
export function usesOf(partial: LibraryPrompt, library: Library): PartialReference[] {
  return [...partialReferences(library.prompts())].filter(
    ({ prompt, reference }) => library.partial(prompt.name, reference)?.uri === partial.uri,
  );
}

/** Names of an inline partial in a prompt: its definitions, then its calls. */
export function inlineNames(
  { analysis }: LibraryPrompt,
  { name }: InlinePartialNode,
): { definitions: readonly Span[]; uses: readonly Span[] } {
  const { inlines, partials } = analysis.resolved;
  const isSame = (each: { readonly name: Name | undefined }) => each.name?.name === name?.name;
  return {
    definitions: inlines.filter(isSame).flatMap(each => each.name?.span ?? []),
    uses: partials
      .filter(isSame)
      .flatMap(call => [call.name, call.close?.name].flatMap(each => each?.span ?? [])),
  };
}
