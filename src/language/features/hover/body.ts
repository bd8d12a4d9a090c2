/** Hover in a body, for a part of a path, a helper, a partial or a block parameter. */
import { HELPERS, signatureOf } from '../../../core/helpers.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import type { PathUse, SegmentUse } from '../../names/resolved.ts';
import { codeBlock, codeSpan, escapeMarkdown } from '../../results/markdown.ts';
import { type Span, touches } from '../../results/span.ts';
import type { Block, Name } from '../../syntax/nodes.ts';
import { wordsOfType } from '../../types/value-type.ts';
import { documentationOfHelper } from '../completion/calls.ts';
import { declaredMarkdown, sampleValue, variableMarkdown } from './declared.ts';
import type { Hover } from './hover.ts';

/** Limits of the partial's text in a hover. */
const PARTIAL_LINES = 6;
const PARTIAL_LENGTH = 600;

export function hoverInBody(prompt: LibraryPrompt, offset: number, library: Library): Hover | undefined {
  const { resolved } = prompt.analysis;
  for (const use of resolved.paths) {
    if (!touches(use.path.span, offset)) continue;
    const found = hoverOnPath(prompt, use, offset, library);
    if (found !== undefined) return found;
  }
  for (const { name, span, call } of resolved.helpers) {
    if (touches(span, offset)) return hoverOnHelper(name, span);
    const option = call.hash.find(pair => touches(pair.span, offset));
    if (option !== undefined) return hoverOnOption(name, option);
  }
  for (const partial of resolved.partials)
    for (const name of [partial.name, partial.close?.name])
      if (name !== undefined && touches(name.span, offset)) return hoverOnPartial(prompt, name, library);
  for (const { name } of resolved.inlines)
    if (name !== undefined && touches(name.span, offset))
      return { span: name.span, markdown: `**${codeSpan(name.name)}**: a partial of this prompt alone` };
  for (const block of resolved.blocks) {
    const param = block.blockParams.find(({ span }) => touches(span, offset));
    if (param !== undefined) return hoverOnBlockParam(prompt, block, param);
    const close = block.close?.name;
    if (close !== undefined && touches(close.span, offset))
      return hoverOnClose(prompt, block, close, library);
  }
  return undefined;
}

function hoverOnPath(
  prompt: LibraryPrompt,
  use: PathUse,
  offset: number,
  library: Library,
): Hover | undefined {
  const { path, segments, meaning } = use;
  const index = segments.findIndex(({ span }) => touches(span, offset));
  const segment = segments[index];
  if (segment === undefined) {
    if (segments.length > 0 && !path.data) return undefined;
    if (meaning.kind !== 'data') return hoverOnContext(use);
  }
  if (path.data && index <= 0) {
    const found = hoverOnData(use);
    return touches(found.span, offset) ? found : undefined;
  }
  if (segment === undefined) return undefined;
  const { span, name } = segment;
  if (segment.container === 'input')
    return { span, markdown: variableMarkdown(prompt, name, segment.declared, library) };
  if (index === 0 && meaning.kind === 'block-param')
    return {
      span,
      markdown: `**${codeSpan(name)}**: ${codeSpan(wordsOfType(segment.type))} (block parameter)`,
    };
  if (index === 0 && meaning.kind === 'outside')
    return { span, markdown: `More ${codeSpan('../')} than there are enclosing blocks with a context.` };
  return { span, markdown: propertyParts(prompt, use, index, segment, library).join('\n\n') };
}

function propertyParts(
  prompt: LibraryPrompt,
  { segments, meaning, path }: PathUse,
  index: number,
  segment: SegmentUse,
  library: Library,
): string[] {
  const { name, type, declared, missing, container } = segment;
  if (missing && container !== 'input')
    return [`**${codeSpan(name)}** (property)`, `${codeSpan(wordsOfType(container))} has no such property.`];
  const parts =
    declared === undefined
      ? [`**${codeSpan(name)}**: ${codeSpan(wordsOfType(type))} (property)`]
      : declaredMarkdown('property', declared);
  const names = segments.slice(path.data ? 1 : 0, index + 1).map(each => each.name);
  const sample = meaning.kind === 'variable' ? sampleValue(prompt, names, library) : undefined;
  return sample === undefined ? parts : [...parts, sample];
}

function hoverOnContext({ path, type, meaning }: PathUse): Hover {
  const words =
    meaning.kind === 'outside' ? 'nothing: there is no outer context' : codeSpan(wordsOfType(type));
  return {
    span: path.span,
    markdown: `**${codeSpan(path.original)}**: ${words} (the current context)`,
  };
}

const DATA: Readonly<Record<string, string>> = {
  index: 'The number of the item in the list around this, from 0.',
  key: 'The name of the property, or the number of the item.',
  first: 'Whether this is the first item.',
  last: 'Whether this is the last item.',
  root: 'The input: the variables of the prompt, in any block.',
};

function hoverOnData({ path, segments }: PathUse): Hover {
  const name = segments[0]?.name ?? '';
  const span = { start: path.span.start, end: segments[0]?.span.end ?? path.span.end };
  const description = Object.hasOwn(DATA, name)
    ? `${DATA[name]}\n\n[Documentation](https://handlebarsjs.com/api-reference/data-variables.html)`
    : 'A context value given by the caller of the prompt.';
  return { span, markdown: `**${codeSpan(`@${name}`)}**\n\n${description}` };
}

function hoverOnHelper(name: string, span: Span): Hover {
  const helper = HELPERS.get(name);
  const markdown =
    helper === undefined
      ? `**${codeSpan(name)}**: not a helper of Handlebars or Dotprompt`
      : `${codeSpan(signatureOf(helper))}\n\n${documentationOfHelper(helper)}`;
  return { span, markdown };
}

function hoverOnOption(helper: string, { name, span }: Name): Hover | undefined {
  const option = HELPERS.get(helper)?.options.find(each => each.name === name);
  if (option === undefined) return undefined;
  const values = option.values === undefined ? [] : [`One of ${option.values.map(codeSpan).join(', ')}.`];
  const parts = [`**${codeSpan(`${name}=`)}** of ${codeSpan(helper)}`, option.description, ...values];
  return { span, markdown: parts.join('\n\n') };
}

function hoverOnPartial(prompt: LibraryPrompt, { name, span }: Name, library: Library): Hover {
  const isInline = prompt.analysis.resolved.inlines.some(inline => inline.name?.name === name);
  if (isInline) return { span, markdown: `**${codeSpan(name)}**: a partial of this prompt alone` };
  const found = library.partial(prompt.name, name);
  if (found === undefined)
    return {
      span,
      markdown: `**${codeSpan(name)}**: no partial of this name exists beside this prompt or in a folder above`,
    };
  const { text, frontMatter, body } = found.analysis;
  const description = frontMatter.entries.find(({ key }) => key === 'description')?.value;
  const written = text.slice(body.body.span.start, body.body.span.start + PARTIAL_LENGTH).trim();
  const lines = written.split(/\r\n?|\n/);
  const isCut = lines.length > PARTIAL_LINES || body.body.span.end - body.body.span.start > PARTIAL_LENGTH;
  const first = lines.slice(0, PARTIAL_LINES).join('\n') + (isCut ? '\n…' : '');
  const parts = [
    `**${codeSpan(found.name ?? name)}** (partial)`,
    ...(typeof description === 'string' ? [escapeMarkdown(description)] : []),
    ...(first === '' ? ['It is empty.'] : [codeBlock(first, 'dotprompt')]),
  ];
  return { span, markdown: parts.join('\n\n') };
}

function hoverOnBlockParam({ analysis }: LibraryPrompt, { body }: Block, { name, span }: Name): Hover {
  const scope = analysis.resolved.scopes.find(each => each.span === body.span);
  const type = scope?.blockParams.find(param => param.span.start === span.start)?.type;
  const words = type === undefined ? '' : `: ${codeSpan(wordsOfType(type))}`;
  return { span, markdown: `**${codeSpan(name)}**${words} (block parameter)` };
}

/** A closing tag has the hover of its opening tag. */
function hoverOnClose(
  prompt: LibraryPrompt,
  { call }: Block,
  { span }: Name,
  library: Library,
): Hover | undefined {
  const callee = call?.callee;
  if (callee?.type !== 'path' || callee.original === '') return undefined;
  const opening = hoverInBody(prompt, callee.span.end, library);
  return opening && { ...opening, span };
}
