/** The scope at one place of an evaluation. */
import type { Program } from '../syntax-tree.ts';
import type { Run } from './run.ts';
import type { Template } from './template.ts';

export interface Scope {
  readonly run: Run;
  /** The template that is evaluated. */
  readonly template: Template;
  /** The value of `{{this}}`. */
  readonly context: unknown;
  /** The contexts that `../` steps through, starting with `context`. */
  readonly contexts: Contexts | undefined;
  readonly blockParams: BlockParams | undefined;
  readonly data: Data;
  /** The partials that this template defines with `{{#*inline}}`. */
  readonly inlines: ReadonlyMap<string, InlinePartial | undefined>;
  /** The meaning of `{{> @partial-block}}`. */
  readonly partialBlock: PartialBlock | undefined;
  /** The templates that led here, the last first. */
  readonly callers: Callers | undefined;
}

/** A template that called another, and the inline partials that it had then. */
export interface Callers {
  readonly template: Template;
  readonly inlines: Scope['inlines'];
  readonly above: Callers | undefined;
}

export interface Contexts {
  readonly context: unknown;
  readonly above: Contexts | undefined;
}

/** The names of one `as |item index|` and their values; no values if the block assigns none. */
export interface BlockParams {
  readonly names: readonly string[];
  readonly values: readonly unknown[] | undefined;
  readonly above: BlockParams | undefined;
}

/** The values of `{{@name}}`: own values over those of `above`, which `@../` leads to. */
export interface Data {
  readonly values: Readonly<Record<string, unknown>>;
  readonly above: Data | undefined;
}

/** A body, and the scope that it was written in. */
export interface InlinePartial {
  readonly program: Program;
  readonly scope: Scope;
}

export interface PartialBlock extends InlinePartial {
  /** The meaning of `{{> @partial-block}}` within the block. */
  readonly outer: PartialBlock | undefined;
}

/** Represents a context of null or undefined with which a block helper continues, as in Handlebars. */
export const NO_CONTEXT: Readonly<Record<string, unknown>> = Object.freeze({});

/** The context as helpers see it. */
export function helperContext({ context }: Scope): unknown {
  return context ?? NO_CONTEXT;
}

/** The contexts within a body that is evaluated with `context`. */
export function contextsWithin(contexts: Contexts | undefined, context: unknown): Contexts | undefined {
  const now = contexts?.context;
  // A body with the same context adds no level for `../`.
  if (isAlike(context, now) || (context === NO_CONTEXT && now === null)) return contexts;
  return { context, above: contexts };
}

/** Handlebars compares contexts loosely; objects are not turned into text for that, which could take any time. */
function isAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  // biome-ignore lint/suspicious/noDoubleEquals: null is like undefined, and 5 like "5"
  return !isObject(one) && !isObject(other) && one == other;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The nearest block parameter of that name. */
export function blockParam(
  scope: Scope,
  name: string,
): { readonly params: BlockParams; readonly index: number } | undefined {
  for (let params = scope.blockParams; params !== undefined; params = params.above) {
    const index = params.names.indexOf(name);
    if (index >= 0) return { params, index };
  }
  return undefined;
}

/** The inline partials of `template`, whose block or inline partial `caller` calls, at the time of the call. */
export function inlinesWithin(template: Template, caller: Scope): Pick<Scope, 'inlines' | 'callers'> {
  const { inlines, callers: above } = caller;
  if (template === caller.template) return { inlines, callers: above };
  let back = above;
  while (back !== undefined && back.template !== template) back = back.above;
  return {
    inlines: back?.inlines ?? new Map(),
    callers: { template: caller.template, inlines, above },
  };
}

/** The value of `{{@name}}`. */
export function dataValue(data: Data, name: string): unknown {
  for (let frame: Data | undefined = data; frame !== undefined; frame = frame.above)
    if (Object.hasOwn(frame.values, name)) return frame.values[name];
  return undefined;
}
