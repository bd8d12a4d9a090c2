/**
 * Evaluates a template: walks the syntax tree of Handlebars' parser and produces segments. Nothing is compiled, so that
 * it runs where code generation is not allowed, and steps are counted, so that it always ends.
 */
import type { Message } from 'dotprompt';
import { checkReadTemplate } from '../check/check-template.ts';
import { missingPartialBlocks } from '../check/partial-blocks.ts';
import type { LinkedPartial, LinkedTemplate } from '../flatten.ts';
import type { Node } from '../syntax-tree.ts';
import { LIMITS, type Limits, Meter } from './limits.ts';
import { MAX_NESTING } from './max-nesting.ts';
import { invalidAt, refusedBy, tooExpensive } from './problems.ts';
import { Run } from './run.ts';
import { runBody } from './run-body.ts';
import { unknownPartial } from './run-partial.ts';
import type { Data, Scope } from './scope.ts';
import type { Segment } from './segment.ts';
import { type Template, templateOf } from './template.ts';
import { Writer } from './writer.ts';

export interface EvaluateRequest {
  readonly linked: LinkedTemplate;
  /** The name of the prompt or file in error messages. */
  readonly label: string;
  /** The prompt's whole source, and the start of its template. */
  readonly source: string;
  readonly templateOffset: number;
  /** Values by variable name, defaults included. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The values of `{{@name}}` beside `@root`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** True if it was already published: then errors in branches that do not run are ignored. */
  readonly isPublished?: boolean;
  /** The messages of `{{history}}`. */
  readonly history: readonly Message[];
  /** Returns true if a missing value of this input matters, so that an empty segment names it. Default: never. */
  readonly countsAsMissing?: (name: string) => boolean;
}

/**
 * The segments that a template produces for an input.
 * @param limits default: `LIMITS`; to be fast, try small ones first, and `LIMITS` if that throws `too_expensive`
 * @throws Problem `invalid_source` for a call that cannot be evaluated, `too_expensive` above a limit, with the place
 */
export function evaluate(request: EvaluateRequest, limits: Limits = LIMITS): readonly Segment[] {
  const { linked, label, source, templateOffset, input } = request;
  const template = templateOf(linked, { label, source, offset: templateOffset });
  const meter = new Meter(limits);
  const writer = new Writer(meter);
  const run = new Run({
    meter,
    writer,
    root: input,
    countsAsMissing: request.countsAsMissing,
    historyLength: lengthOf(request.history),
  });
  if (request.isPublished !== true) check(template, run);
  const scope: Scope = {
    run,
    template,
    context: input,
    contexts: undefined,
    blockParams: undefined,
    data: dataOf(request),
    inlines: new Map(),
    partialBlock: undefined,
    callers: undefined,
  };
  try {
    runBody(template.tree, scope, input, START);
  } catch (error) {
    // The caller may have left little of the engine's stack.
    if (error instanceof RangeError) throw tooExpensive('nesting', MAX_NESTING, template, START);
    throw error;
  }
  return writer.segments;
}

const START: Node = { loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } } };

/** Checks for errors that no input can fix, in the template and its partials. @throws Problem `invalid_source` */
function check(template: Template, run: Run): void {
  const checked = new Set<LinkedPartial>();
  checkOne(template, run, checked);
  const writing = [template, ...[...checked].map(linked => run.partial(linked))];
  if (!writing.some(({ writesPartialBlock }) => writesPartialBlock)) return;
  const [missing] = missingPartialBlocks(template, {
    partial: ({ partials }, reference) => {
      const linked = partials.get(reference);
      return linked && run.partial(linked);
    },
  });
  if (missing !== undefined) throw refusedBy(template, missing);
}

function checkOne(template: Template, run: Run, checked: Set<LinkedPartial>): void {
  const { partials, uses } = template;
  const [error] = checkReadTemplate(template.tree, template.text);
  if (error !== undefined) throw refusedBy(template, error);
  for (const [reference, node] of uses) {
    const linked = partials.get(reference);
    if (linked === undefined) throw invalidAt(template, node, unknownPartial(reference));
    if (checked.has(linked)) continue;
    checked.add(linked);
    checkOne(run.partial(linked), run, checked);
  }
}

/** As in Handlebars, data that has its own `@root` keeps it. */
function dataOf({ data, input }: EvaluateRequest): Data {
  const given = { values: data, above: undefined };
  return 'root' in data ? given : { values: { root: input }, above: given };
}

function lengthOf(history: readonly Message[]): number {
  return history.length === 0 ? 0 : JSON.stringify(history).length;
}
