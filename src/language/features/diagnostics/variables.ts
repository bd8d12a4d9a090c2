/** Finds variables that a body reads but nothing declares, and declared ones that nothing reads. */
import { nearest } from '../../../core/near.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { contextOf, inferTypes } from '../../names/inferred-types.ts';
import type { BodyScope, PathUse, Resolved, SegmentUse } from '../../names/resolved.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import { holds } from '../../results/span.ts';
import { type ValueType, wordsOfType } from '../../types/value-type.ts';
import { segmentText } from '../completion/names.ts';
import { partialsOf } from './partials.ts';

/** Variables that the front matter does not declare, if it declares any. */
export function undeclaredVariables(prompt: LibraryPrompt, library: Library): Finding[] {
  const { frontMatter, resolved } = prompt.analysis;
  if (!frontMatter.declaresInput) return [];
  const uses = resolved.paths.filter(
    ({ meaning }) => meaning.kind === 'variable' && meaning.declared === undefined,
  );
  if (uses.length === 0) return [];
  const elsewhere = blocksRenderedElsewhere(prompt, library);
  const types = inferTypes(resolved);
  const names = frontMatter.variables.map(({ name }) => name);
  const nears = new Map<string, string | undefined>();
  const findings: Finding[] = [];
  for (const { meaning, segments, path } of uses) {
    if (findings.length >= MAX_FINDINGS) break;
    const segment = segments.find(({ container }) => container === 'input');
    if (meaning.kind !== 'variable' || segment === undefined) continue;
    if (elsewhere.some(span => holds(span, path.span))) continue;
    const { name } = meaning;
    if (!nears.has(name)) nears.set(name, nearest(name, names));
    const near = nears.get(name);
    const advice = near === undefined ? 'Declare it in input.schema.' : `Did you mean "${near}"?`;
    findings.push({
      code: 'undeclared-variable',
      span: segment.span,
      message: `The front matter declares no variable "${name}". ${advice}`,
      data: { name, type: types.get(name)?.kind ?? 'string', ...(near !== undefined && { near }) },
    });
  }
  return findings;
}

/** The bodies of partial blocks that their partial writes inside a block such as `{{#each}}`, where names are found. */
function blocksRenderedElsewhere(
  prompt: LibraryPrompt,
  library: Library,
): readonly { start: number; end: number }[] {
  return prompt.analysis.resolved.partials.flatMap(({ name, body }) => {
    if (body === undefined || name === undefined) return [];
    const inline = prompt.analysis.resolved.inlines.find(each => each.name?.name === name.name);
    const written = inline === undefined ? library.partial(prompt.name, name.name) : prompt;
    if (written === undefined) return [];
    const { resolved } = written.analysis;
    const moves = resolved.partials.some(
      call =>
        call.name?.name === '@partial-block' &&
        (inline === undefined || holds(inline.span, call.span)) &&
        (call.params.length > 0 ||
          call.hash.length > 0 ||
          resolved.scopes.findLast(({ span }) => holds(span, call.span))?.outer !== undefined),
    );
    return moves ? [body.span] : [];
  });
}

/** Properties that a declared type does not have. */
export function unknownProperties({ resolved, frontMatter }: Analysis): Finding[] {
  const findings: Finding[] = [];
  for (const use of resolved.paths) {
    const { segments } = use;
    for (const [index, segment] of segments.entries()) {
      if (!segment.missing || findings.length >= MAX_FINDINGS) continue;
      const further =
        index === 0 ? furtherOut(use, new Set(frontMatter.variables.map(({ name }) => name))) : undefined;
      findings.push(further ?? unknownProperty(segment));
    }
  }
  return findings;
}

/** Finds the name in an outer context: `{{vip}}` inside `{{#each}}` must be `{{../vip}}`. */
function furtherOut({ path, segments, scope }: PathUse, variables: ReadonlySet<string>): Finding | undefined {
  const [segment] = segments;
  if (segment === undefined) return undefined;
  let at: BodyScope | undefined = contextOf(scope, path.depth)?.outer;
  for (let up = 1; at !== undefined; at = at.outer, up += 1) {
    if (!hasName(at.context, segment.name, variables)) continue;
    const text = segmentText(segment.name, false) ?? segment.name;
    // `../` cannot follow `this.`, so that is also removed.
    const start = path.scoped ? path.span.start : segment.span.start;
    const near = `${'../'.repeat(up)}${text}`;
    return {
      code: 'unknown-property',
      span: { start, end: segment.span.end },
      message: `"${segment.name}" is outside this block: write "${'../'.repeat(path.depth)}${near}".`,
      data: { name: segment.name, near },
    };
  }
  return undefined;
}

function hasName(context: ValueType | 'input', name: string, variables: ReadonlySet<string>): boolean {
  if (context === 'input') return variables.has(name);
  return context.kind === 'object' && context.properties.some(property => property.name === name);
}

function unknownProperty({ name, span, container }: SegmentUse): Finding {
  const names =
    container !== 'input' && container.kind === 'object'
      ? container.properties.map(property => property.name)
      : [];
  const near = nearest(name, names);
  const found = near === undefined ? undefined : segmentText(near, false);
  const words = container === 'input' ? 'the input' : wordsOfType(container);
  const what = words.length > 80 ? 'Its context' : `${words}`;
  const advice = found === undefined ? '' : ` Did you mean "${near}"?`;
  return {
    code: 'unknown-property',
    span,
    message: `${what} has no "${name}".${advice}`,
    data: found === undefined ? { name } : { name, near: found },
  };
}

/** Declared variables that neither the body nor a partial in it reads. */
export function unusedVariables(prompt: LibraryPrompt, library: Library): Finding[] {
  const { frontMatter, body } = prompt.analysis;
  const declared = frontMatter.variables.filter(({ nameSpan }) => nameSpan !== undefined);
  // In an incomplete text, the use of a variable may not be written yet.
  if (declared.length === 0 || body.unreadable.length > 0) return [];
  const read = readIn(prompt, library);
  if (read === undefined) return [];
  return declared
    .filter(({ name }) => !read.has(name))
    .slice(0, MAX_FINDINGS)
    .map(({ name, nameSpan }) => ({
      code: 'unused-variable',
      span: nameSpan as { start: number; end: number },
      message: `"${name}" is declared but never used.`,
      data: { name },
    }));
}

/** The names that a prompt and its partials read; undefined if that cannot be determined. */
function readIn(prompt: LibraryPrompt, library: Library): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  const seen = new Set<string>();
  const waiting = [prompt];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.uri)) continue;
    seen.add(next.uri);
    const names = namesRead(next.analysis.resolved, next !== prompt);
    if (names === undefined) return undefined;
    for (const name of names) read.add(name);
    for (const reference of new Set(partialsOf(next).map(({ name }) => name?.name))) {
      const partial = reference === undefined ? undefined : library.partial(next.name, reference);
      if (partial === undefined) return undefined;
      waiting.push(partial);
    }
  }
  return read;
}

/** The inputs that a body reads; undefined if it reads the input as a whole. A partial is called in any context. */
function namesRead({ paths }: Resolved, isPartial: boolean): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { path, meaning, segments, scope } of paths) {
    if (meaning.kind === 'variable') names.add(meaning.name);
    else if (meaning.kind === 'outside') {
      if (isPartial && path.segments[0] !== undefined) names.add(path.segments[0].name);
    } else if (meaning.kind === 'context') {
      if (contextOf(scope, path.depth)?.context === 'input') return undefined;
    } else if (meaning.kind === 'data') {
      if (meaning.name === 'root' && segments.length === 1) return undefined;
    } else if (meaning.kind === 'property' && contextOf(scope, path.depth)?.open === true)
      names.add(meaning.name);
  }
  return names;
}
