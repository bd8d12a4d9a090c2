/**
 * The meaning of a body depends on the input that it is rendered with: a prompt's own, or for a partial, that of each
 * prompt that calls it, with the arguments of the call. Each of these is a reading, so a name in a partial has as many
 * meanings as there are paths of calls to it.
 */
import { resolveBody } from '../names/resolve.ts';
import { type BodyScope, type CallScope, type PathUse, type Resolved, scopeAt } from '../names/resolved.ts';
import { holds } from '../results/span.ts';
import type { Body, ExpressionNode, HashPairNode, PartialCall } from '../syntax/nodes.ts';
import { ANY, type Declared, type ValueType } from '../types/value-type.ts';
import type { Library, LibraryPrompt } from './library.ts';

export interface Reading {
  /** The prompt whose text is read. */
  readonly prompt: LibraryPrompt;
  /** The prompt whose input it is read with. */
  readonly entry: LibraryPrompt;
  readonly resolved: Resolved;
  /** The parts of `resolved` that belong to other readings: the bodies of inline partials that are called. */
  readonly elsewhere: readonly Body[];
  readonly overlays: Overlays;
}

/** Contexts that a call created by merging its named arguments into another one. */
export type Overlays = ReadonlyMap<ValueType, Overlay>;

interface Overlay {
  readonly hash: readonly HashPairNode[];
  readonly base: ValueType | 'input';
}

/** The declaration of a name; an undeclared variable has a key of its own. */
export type Declaration = Declared | HashPairNode | string;

/** A limit, because calls of partials multiply. */
const MAX_READINGS = 2000;

/** The readings of a rendering of `entry`, except prompts for which `follow` returns false, and all that they call. */
export function readings(
  entry: LibraryPrompt,
  library: Library,
  follow: (prompt: LibraryPrompt) => boolean,
): Reading[] {
  const { variables } = entry.analysis.frontMatter;
  const overlays = new Map<ValueType, Overlay>();
  const found: Reading[] = [];
  const seen = new Map<Body, CallScope[]>();
  const root = entry.analysis.resolved.scopes[0];
  add(entry, entry.analysis.resolved, []);
  return found;

  function add(prompt: LibraryPrompt, resolved: Resolved, within: readonly Body[]): void {
    const { inlines } = prompt.analysis.resolved;
    const called = new Set(prompt.analysis.resolved.partials.map(({ name }) => name?.name));
    const elsewhere = inlines.filter(({ name }) => called.has(name?.name)).map(({ body }) => body);
    const reading = { prompt, entry, resolved, elsewhere, overlays };
    found.push(reading);
    for (const call of resolved.partials) {
      if (call.name === undefined || isElsewhere(reading, call)) continue;
      const { name } = call.name;
      const context = contextOfCall(call, resolved);
      const own = inlines.filter(inline => inline.name?.name === name);
      // If several have the same name, any of them may be called.
      for (const inline of own) {
        const defined = scopeAt(resolved, inline.span.start);
        const blockParams = defined?.blockParams ?? [];
        read(prompt, inline.body, { context, outer: defined, blockParams }, within);
        // If it is called with the context that it is defined in, `../` leads to the same context as there.
        if (context === defined?.context)
          read(prompt, inline.body, { context, outer: defined.outer, blockParams }, within);
      }
      const partial = own.length > 0 ? undefined : library.partial(prompt.name, name);
      if (partial === undefined || !follow(partial)) continue;
      // A partial is at the top level: outside the context of its call is the input.
      const outer = context === 'input' ? undefined : root;
      read(partial, partial.analysis.body.body, { context, outer, blockParams: [] }, within);
    }
  }

  function read(prompt: LibraryPrompt, body: Body, at: CallScope, within: readonly Body[]): void {
    if (within.includes(body) || found.length >= MAX_READINGS) return;
    const before = seen.get(body) ?? [];
    if (before.some(each => each.context === at.context && each.outer === at.outer)) return;
    seen.set(body, [...before, at]);
    add(prompt, resolveBody(body, variables, at), [...within, body]);
  }

  function contextOfCall(call: PartialCall, resolved: Resolved): ValueType | 'input' {
    const around = scopeAt(resolved, call.openTag.start);
    const base = call.params[0] ? contextOf(call.params[0], resolved) : (around?.context ?? 'input');
    return call.hash.length === 0 ? base : overlay(base, call.hash, resolved);
  }

  function overlay(base: ValueType | 'input', hash: readonly HashPairNode[], resolved: Resolved): ValueType {
    const given = hash.map(({ name, span, value }) => {
      const type = value.type === 'path' ? contextOf(value, resolved) : ANY;
      return { name, type: type === 'input' ? ANY : type, optional: false, nameSpan: span, span };
    });
    const names = new Set(hash.map(({ name }) => name));
    const below = base === 'input' ? variables : base.kind === 'object' ? base.properties : [];
    const type: ValueType = {
      kind: 'object',
      properties: [...given, ...below.filter(({ name }) => !names.has(name))],
      others: ANY,
    };
    overlays.set(type, { hash, base });
    return type;
  }
}

/** Returns whether a node is read in another reading than this one. */
export function isElsewhere({ elsewhere, resolved }: Reading, { span }: Pick<PartialCall, 'span'>): boolean {
  const own = resolved.scopes[0]?.span;
  return elsewhere.some(
    body => holds(body.span, span) && own !== undefined && holds(own, body.span) && body.span !== own,
  );
}

function contextOf(argument: ExpressionNode, resolved: Resolved): ValueType | 'input' {
  if (argument.type !== 'path') return ANY;
  const use = resolved.paths.find(({ path }) => path === argument);
  return use === undefined ? ANY : containerOf(use);
}

/** The target of a path, as a context to look names up in. */
export function containerOf({ path, meaning, scope, segments, type }: PathUse): ValueType | 'input' {
  if (meaning.kind === 'data' && meaning.name === 'root' && segments.length === 1) return 'input';
  if (meaning.kind !== 'context') return type;
  let at: BodyScope | undefined = scope;
  for (let up = 0; up < path.depth && at !== undefined; up++) at = at.outer;
  return at?.context ?? ANY;
}

/** The declaration of `name` in a context; undefined if unknown. */
export function declarationIn(
  container: ValueType | 'input',
  name: string,
  reading: Pick<Reading, 'entry' | 'overlays'>,
): Declaration | undefined {
  if (container === 'input') return variableOf(reading.entry, name);
  const overlay = reading.overlays.get(container);
  if (overlay !== undefined)
    return overlay.hash.find(pair => pair.name === name) ?? declarationIn(overlay.base, name, reading);
  return container.kind === 'object' ? container.properties.find(each => each.name === name) : undefined;
}

/** An input variable of a prompt. */
export function variableOf(prompt: LibraryPrompt, name: string): Declaration {
  return prompt.analysis.frontMatter.variables.find(each => each.name === name) ?? variableKey(prompt, name);
}

/** The declaration of an undeclared variable. */
export function variableKey({ uri }: LibraryPrompt, name: string): string {
  return `variable ${uri} ${name}`;
}

/** A block parameter, by its declaration. */
export function blockParamOf({ uri }: LibraryPrompt, declaredAt: number): Declaration {
  return `parameter ${uri} ${declaredAt}`;
}
