/** Finds the symbol at a position of a prompt or its samples, if it has a name. */
import { type Span, touches } from '../results/span.ts';
import type { InlinePartialNode, Name, PartialCall } from '../syntax/nodes.ts';
import type { Library, LibraryPrompt, LibrarySamples } from './library.ts';
import { closingPath, keyOfLookup } from './occurrences.ts';
import { frontMatterNames, sampleNames } from './yaml-names.ts';

export type PromptSymbol =
  /** A variable, a property or a block parameter. */
  | {
      readonly kind: 'name';
      readonly name: string;
      readonly span: Span;
      readonly uri: string;
      readonly prompt: LibraryPrompt;
    }
  | {
      readonly kind: 'partial';
      readonly name: string;
      readonly span: Span;
      readonly prompt: LibraryPrompt;
      readonly partial: LibraryPrompt | undefined;
    }
  | {
      readonly kind: 'inline';
      readonly name: string;
      readonly span: Span;
      readonly prompt: LibraryPrompt;
      readonly inline: InlinePartialNode;
    }
  | { readonly kind: 'helper'; readonly name: string; readonly span: Span }
  /** `this`, `..`, `@index`. */
  | { readonly kind: 'keyword'; readonly name: string; readonly span: Span };

export function symbolAt(prompt: LibraryPrompt, offset: number, library: Library): PromptSymbol | undefined {
  const { text, frontMatter, resolved } = prompt.analysis;
  const named = (name: string, span: Span): PromptSymbol => ({
    kind: 'name',
    name,
    span,
    uri: prompt.uri,
    prompt,
  });
  if (frontMatter.span && offset < frontMatter.span.end) {
    const found = frontMatterNames(prompt.analysis).find(({ span }) => touches(span, offset));
    return found && named(typeof found.of === 'string' ? found.of : found.of.name, found.span);
  }
  for (const call of resolved.partials) {
    const written = [call.name, call.close?.name].find(name => name && touches(name.span, offset));
    if (written && call.name) return partialSymbol(call, written.span, prompt, library);
    const pair = call.hash.find(({ span }) => touches(span, offset));
    if (pair) return named(pair.name, pair.span);
  }
  for (const inline of resolved.inlines)
    if (inline.name && touches(inline.name.span, offset))
      return { kind: 'inline', name: inline.name.name, span: inline.name.span, prompt, inline };
  const nameOf = (names: readonly Name[]): PromptSymbol | undefined => {
    const found = names.find(({ span }) => touches(span, offset));
    return found && named(found.name, found.span);
  };
  for (const { path } of resolved.paths) {
    if (!touches(path.span, offset)) continue;
    const [first] = path.segments;
    if (path.data && first && offset <= first.span.end)
      return {
        kind: 'keyword',
        name: `@${first.name}`,
        span: { start: path.span.start, end: first.span.end },
      };
    return nameOf(path.segments) ?? { kind: 'keyword', name: path.original, span: path.span };
  }
  for (const block of resolved.blocks) {
    const found = nameOf(block.blockParams);
    if (found) return found;
    const { callee } = block.call ?? {};
    if (!block.close || !touches(block.close.name.span, offset) || callee === undefined) continue;
    if (resolved.paths.some(({ path }) => path === callee))
      return nameOf(closingPath(block, text)?.segments ?? []);
    return { kind: 'helper', name: block.close.name.name, span: block.close.name.span };
  }
  for (const helper of resolved.helpers) {
    if (touches(helper.span, offset)) return { kind: 'helper', name: helper.name, span: helper.span };
    const key = keyOfLookup(helper);
    if (key && touches(key.span, offset))
      return named(String(key.value), { start: key.span.start + 1, end: key.span.end - 1 });
  }
  return undefined;
}

/** Like `symbolAt`, for a samples file with variables and their properties. */
export function symbolInSamples(
  { uri, name, text }: LibrarySamples,
  offset: number,
  library: Library,
): PromptSymbol | undefined {
  const prompt = library.prompt(name);
  if (prompt === undefined) return undefined;
  const found = sampleNames(text, prompt.analysis.frontMatter.variables).find(({ span }) =>
    touches(span, offset),
  );
  if (found === undefined) return undefined;
  const { of, span } = found;
  return { kind: 'name', name: typeof of === 'string' ? of : of.name, span, uri, prompt };
}

function partialSymbol(call: PartialCall, span: Span, prompt: LibraryPrompt, library: Library): PromptSymbol {
  const { name } = call.name as Name;
  const inline = prompt.analysis.resolved.inlines.findLast(each => each.name?.name === name);
  if (inline) return { kind: 'inline', name, span, prompt, inline };
  return { kind: 'partial', name, span, prompt, partial: library.partial(prompt.name, name) };
}

/** The samples of a file. */
export function samplesAt(uri: string, library: Library): LibrarySamples | undefined {
  for (const name of library.names()) {
    const samples = library.samples(name);
    if (samples?.uri === uri) return samples;
  }
  return undefined;
}
