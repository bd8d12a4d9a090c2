/** What can be asked of the language worker, and the shape of each answer. Offsets go in, positions come out. */

import type { Finding, Severity } from '../language/finding.ts';
import type { Fold } from '../language/folding.ts';
import type { Span } from '../language/span.ts';
import type { Symbol as PromptSymbol } from '../language/symbols.ts';
import type { Range } from './line-index.ts';

/** A finding at its place. */
export interface PlacedFinding extends Omit<Finding, 'span'> {
  readonly range: Range;
  readonly severity: Severity;
}

export interface PlacedSymbol extends Omit<PromptSymbol, 'span' | 'selectionSpan' | 'children'> {
  readonly range: Range;
  readonly nameRange: Range;
  readonly children: readonly PlacedSymbol[];
}

/** Both lines count from 0. */
export interface PlacedFold {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: Fold['kind'];
}

export interface Queries {
  readonly diagnose: {
    readonly params: null;
    readonly answer: { readonly findings: readonly PlacedFinding[]; readonly left: number };
  };
  readonly symbols: { readonly params: null; readonly answer: readonly PlacedSymbol[] };
  readonly folding: { readonly params: null; readonly answer: readonly PlacedFold[] };
  /** From the outermost to the innermost, for each offset. */
  readonly selectionRanges: {
    readonly params: { readonly offsets: readonly number[] };
    readonly answer: readonly (readonly Range[])[];
  };
  readonly linkedEditing: {
    readonly params: { readonly offset: number };
    readonly answer: readonly Range[] | undefined;
  };
  /** As VS Code encodes them: five numbers a token, places relative to the token before. */
  readonly tokens: {
    readonly params: { readonly span: Span | undefined };
    readonly answer: Uint32Array<ArrayBuffer>;
  };
}

export type QueryMethod = keyof Queries;
