/** Evaluating a template in a test: its segments, its text, its problem. */
import type { Message } from 'dotprompt';
import { type EvaluateRequest, evaluate } from '../../../src/core/evaluate/evaluate.ts';
import type { Limits } from '../../../src/core/evaluate/limits.ts';
import { type Segment, textOfSegments } from '../../../src/core/evaluate/segment.ts';
import type { LinkedPartial } from '../../../src/core/flatten.ts';
import { Problem } from '../../../src/core/problem.ts';

export interface Given {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly partials?: ReadonlyMap<string, LinkedPartial>;
  readonly history?: readonly Message[];
  readonly countsAsMissing?: (name: string) => boolean;
}

export function requestOf(template: string, given: Given = {}): EvaluateRequest {
  const { input = {}, data = {}, partials = new Map(), history = [], countsAsMissing } = given;
  return {
    linked: { template, partials },
    label: 'a/b',
    source: template,
    templateOffset: 0,
    input,
    data,
    history,
    ...(countsAsMissing && { countsAsMissing }),
  };
}

export function segmentsOf(template: string, given?: Given, limits?: Limits): readonly Segment[] {
  return evaluate(requestOf(template, given), limits);
}

export function textOf(template: string, input: Given['input'] = {}, given: Given = {}): string {
  return textOfSegments(segmentsOf(template, { ...given, input }));
}

/** Why a template cannot be evaluated. */
export function problemOf(template: string, given?: Given, limits?: Limits): Problem {
  try {
    segmentsOf(template, given, limits);
  } catch (error) {
    if (Problem.is(error)) return error;
    throw error;
  }
  throw new Error(`${template} was evaluated.`);
}

/** A partial by its reference; its id is the reference after an underscore. */
export function partial(
  reference: string,
  template: string,
  inner: readonly (readonly [string, LinkedPartial])[] = [],
): [string, LinkedPartial] {
  return [reference, { id: `_${reference}`, template, partials: new Map(inner) }];
}
