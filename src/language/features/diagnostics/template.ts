/** Finds errors that keep a prompt's body from being published, with the checker, at their position in the file. */
import { checkTemplate, mayReadMetadata } from '../../../core/check/check-template.ts';
import { fixedMetadata } from '../../../core/prompt-metadata.ts';
import { parseSource, type SourceKind } from '../../../core/source.ts';
import { linesBefore } from '../../../core/template-position.ts';
import { type Analysis, kindOf } from '../../analysis/analysis.ts';
import type { FrontMatterFacts } from '../../front-matter/front-matter.ts';
import type { Finding } from '../../results/finding.ts';
import type { Span } from '../../results/span.ts';
import type { Body } from '../../syntax/nodes.ts';

interface Told {
  readonly errors: readonly Finding[];
  /** The lines of the file before the body. */
  readonly linesBefore: number;
  /** The front matter that the errors depend on; undefined if they do not depend on it. */
  readonly frontMatter: FrontMatterFacts | undefined;
}

const known: Readonly<Record<SourceKind, WeakMap<Analysis['body'], Told>>> = {
  prompt: new WeakMap(),
  partial: new WeakMap(),
};

/** The errors sorted by position; only one for a body that cannot be read. */
export function templateErrors(analysis: Analysis): readonly Finding[] {
  const { body, frontMatter } = analysis;
  const kind = kindOf(analysis.name);
  const told = known[kind].get(body);
  const before = linesBefore(analysis.text, body.body.span.start);
  const isSame = (told?.frontMatter ?? frontMatter) === frontMatter && told?.linesBefore === before;
  if (told !== undefined && isSame) return told.errors;
  const { text: template, offset } = templateIn(analysis);
  const found = checkTemplate(template, kind, () => metadataOf(analysis), linesBefore(analysis.text, offset));
  const errors = found.map(({ code, start, end, message, data }): Finding => {
    const span = { start: offset + start, end: offset + end };
    return { code, span, message, ...(data && { data }) };
  });
  known[kind].set(body, {
    errors,
    linesBefore: before,
    frontMatter: mayReadMetadata(template) ? frontMatter : undefined,
  });
  return errors;
}

const metadata = new WeakMap<FrontMatterFacts, ReturnType<typeof fixedMetadata>>();

/** The value of `@metadata.prompt` in a prompt; undefined if its front matter cannot be read. */
export function metadataOf({ text, name, frontMatter }: Analysis): ReturnType<typeof fixedMetadata> {
  if (!metadata.has(frontMatter)) metadata.set(frontMatter, fixedMetadata(parseSource(text, kindOf(name))));
  return metadata.get(frontMatter);
}

/** The template of a prompt's text and its offset, without the white space that Dotprompt removes before it. */
export function templateIn({ text, frontMatter, body }: Analysis): { text: string; offset: number } {
  const { start } = body.body.span;
  const all = text.slice(start);
  const template = frontMatter.span === undefined ? all : all.trim();
  return { text: template, offset: start + (template === '' ? 0 : all.indexOf(template)) };
}

/**
 * Returns a filter that removes mere consequences of an error: names and contexts have no meaning in an unreadable tag
 * and its block, after a block or tag that is never closed, and in another template language.
 */
export function isTold({ text, body }: Analysis, errors: readonly Finding[]): (finding: Finding) => boolean {
  const [first] = errors;
  if (first === undefined) return () => true;
  if (!body.local) {
    const tag = text.lastIndexOf('{{', first.span.start);
    return ({ span }) => span.end <= Math.max(tag, 0);
  }
  const unclear = [...unclearIn(body.body), ...errors.map(error => placeOf(text, error))];
  const isForeign = errors.some(({ code }) => code === 'foreign-syntax');
  return ({ code, span }) =>
    !(isForeign && OF_CONTEXT.has(code)) &&
    !unclear.some(({ start, end }) => start < span.end && span.start < end);
}

/** Findings that depend on the blocks around a path, which another language writes differently. */
const OF_CONTEXT: ReadonlySet<string> = new Set(['object-as-text', 'no-value']);

/** The place of a finding; for another language, the whole tag. */
function placeOf(text: string, { code, span }: Finding): Span {
  if (code !== 'foreign-syntax' && code !== 'literal-path') return span;
  const close = text.indexOf('}}', span.end);
  return { start: text.lastIndexOf('{{', span.start), end: close < 0 ? text.length : close };
}

/** The tags that cannot be read; for blocks, including their contents. */
function unclearIn({ nodes }: Body): readonly Span[] {
  return nodes.flatMap((node): readonly Span[] => {
    if (!('sound' in node)) return [];
    if (!node.sound) return [node.span];
    const inside = 'body' in node && node.body !== undefined ? unclearIn(node.body) : [];
    return node.type === 'block' && node.inverse ? [...inside, ...unclearIn(node.inverse.body)] : inside;
  });
}
