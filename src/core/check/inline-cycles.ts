/** Finds inline partials that use themselves for every input, so that rendering would never end. */
import type { Program, Statement } from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { MAX_ERRORS, type TemplateError } from './finding.ts';
import { nameOfInline, PARTIAL_BLOCK } from './inline-partials.ts';
import { inspectTemplate } from './inspect-template.ts';

/** Ignores a partial that uses itself only in a branch, which may end, and one that nothing calls, which never runs. */
export function inlineCycles(tree: Program, text: string): readonly TemplateError[] {
  if (inspectTemplate(tree).inlineNames.size === 0) return [];
  const { called, bodies } = read(tree);
  const lines = lineStarts(text);
  const errors: TemplateError[] = [];
  const done = new Set<string>();
  for (const first of reachable(called, bodies)) {
    /** The names that lead here, each with its uses that are still to be visited. */
    const path = new Map([[first, usesOf(first, bodies, done)]]);
    const names = [first];
    while (names.length > 0 && errors.length < MAX_ERRORS) {
      const next = path.get(names.at(-1) as string)?.pop();
      if (next === undefined) {
        path.delete(names.pop() as string);
        continue;
      }
      if (!path.has(next.name)) {
        path.set(next.name, usesOf(next.name, bodies, done));
        names.push(next.name);
        continue;
      }
      const chain = [...names.slice(names.indexOf(next.name)), next.name];
      errors.push({
        code: 'partial-cycle',
        start: offsetOf(lines, next.loc.start.line, next.loc.start.column),
        end: offsetOf(lines, next.loc.end.line, next.loc.end.column),
        message: alwaysUsesItself(chain),
      });
    }
  }
  return errors;
}

const MAX_SHOWN = 8;

function alwaysUsesItself(chain: readonly string[]): string {
  const shown = chain.length > MAX_SHOWN ? [...chain.slice(0, MAX_SHOWN - 1), '…', chain.at(-1)] : chain;
  return `The partial "${chain.at(-1)}" uses itself in every rendering: ${shown.join(' → ')}. Remove one of these uses, or put it in an {{#if}} or {{#each}} that ends.`;
}

type Use = Pick<Statement, 'loc'> & { readonly name: string };

interface Body {
  /** Calls outside any branch. */
  readonly always: readonly Use[];
  /** The names of all partials that it calls. */
  readonly anywhere: readonly string[];
}

/** The uses to visit for a name; none if it was visited before. */
function usesOf(name: string, bodies: ReadonlyMap<string, Body | undefined>, done: Set<string>): Use[] {
  if (done.has(name)) return [];
  done.add(name);
  return (bodies.get(name)?.always ?? []).toReversed();
}

/** @returns the names called outside inline partials, and their bodies by name; undefined for a name with several */
function read(tree: Program): {
  readonly called: readonly string[];
  readonly bodies: ReadonlyMap<string, Body | undefined>;
} {
  const bodies = new Map<string, Body | undefined>();
  const waiting: { readonly program: Program; readonly name: string | undefined }[] = [
    { program: tree, name: undefined },
  ];
  let called: readonly string[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, program } = next;
    const { uses, inlines } = within(program);
    waiting.push(...inlines);
    const always = uses.filter(({ isAlways }) => isAlways);
    const anywhere = uses.map(use => use.name);
    if (name === undefined) called = anywhere;
    else bodies.set(name, bodies.has(name) ? undefined : { always, anywhere });
  }
  return { called, bodies };
}

/** The calls in a body, except in its inline partials, and these partials. */
function within(body: Program): {
  readonly uses: readonly (Use & { readonly isAlways: boolean })[];
  readonly inlines: readonly { readonly program: Program; readonly name: string }[];
} {
  const uses: (Use & { isAlways: boolean })[] = [];
  const inlines: { program: Program; name: string }[] = [];
  const walk = (program: Program | undefined | null, isAlways: boolean): void => {
    for (const statement of program?.body ?? []) {
      const name = nameOfInline(statement);
      if (name !== undefined && 'program' in statement && statement.program)
        inlines.push({ program: statement.program, name });
      else if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
        const reference = statement.name.type === 'SubExpression' ? '' : String(statement.name.original);
        if (reference !== PARTIAL_BLOCK) uses.push({ name: reference, loc: statement.loc, isAlways });
        if (statement.type === 'PartialBlockStatement') walk(statement.program, false);
      } else if (statement.type === 'BlockStatement') {
        walk(statement.program, false);
        walk(statement.inverse, false);
      }
    }
  };
  walk(body, true);
  return { uses, inlines };
}

function* reachable(
  called: readonly string[],
  bodies: ReadonlyMap<string, Body | undefined>,
): Generator<string, void, undefined> {
  const found = new Set(called);
  for (const name of found) {
    yield name;
    for (const inner of bodies.get(name)?.anywhere ?? []) found.add(inner);
  }
}
