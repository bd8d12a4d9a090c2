/** The requests to the language worker, and their responses. Offsets go in, positions come out. */

import type { PromptName } from '../core/name.ts';
import type { CompletionItem } from '../language/completion/item.ts';
import type { Finding, FindingCode, Severity } from '../language/finding.ts';
import type { Fold } from '../language/folding.ts';
import type { FormatOptions } from '../language/format.ts';
import type { QuickFix } from '../language/quick-fixes/quick-fix.ts';
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

export interface PlacedCompletion extends Omit<CompletionItem, 'edit'> {
  readonly range: Range;
  readonly text: string;
}

export interface PlacedEdit {
  readonly range: Range;
  readonly text: string;
}

/** In any file, open or not. */
export interface PlacedLocation {
  readonly uri: string;
  readonly range: Range;
}

/** Edits by file, and files that get another name. */
export interface PlacedChange {
  readonly edits: readonly { readonly uri: string; readonly edits: readonly PlacedEdit[] }[];
  readonly renames: readonly { readonly from: string; readonly toName: string }[];
  readonly creates: readonly { readonly name: PromptName; readonly text: string }[];
}

/** The fixes for a finding. */
export interface PlacedFix extends Omit<QuickFix, 'change'> {
  /** Of the finding. */
  readonly code: FindingCode;
  readonly range: Range;
  readonly change: PlacedChange;
}

/** Why what was asked for cannot be, for the author. */
export interface Refusal {
  readonly refused: string;
}

export interface Queries {
  readonly diagnose: {
    /** Keys of front matter that the project allows besides Dotprompt's; none for null. */
    readonly params: { readonly frontMatterKeys: readonly string[] } | null;
    readonly answer: { readonly findings: readonly PlacedFinding[]; readonly left: number };
  };
  /** For the findings that touch the span, those of `diagnose`. */
  readonly quickFixes: {
    readonly params: { readonly span: Span };
    readonly answer: readonly PlacedFix[];
  };
  readonly complete: {
    readonly params: { readonly offset: number };
    readonly answer: readonly PlacedCompletion[];
  };
  readonly hover: {
    readonly params: { readonly offset: number };
    readonly answer: { readonly range: Range; readonly markdown: string } | undefined;
  };
  readonly definition: {
    readonly params: { readonly offset: number };
    readonly answer: readonly PlacedLocation[];
  };
  readonly references: {
    readonly params: { readonly offset: number; readonly includeDeclaration: boolean };
    readonly answer: readonly PlacedLocation[];
  };
  readonly prepareRename: {
    readonly params: { readonly offset: number };
    readonly answer: { readonly range: Range; readonly text: string } | Refusal;
  };
  readonly rename: {
    readonly params: { readonly offset: number; readonly newName: string };
    readonly answer: PlacedChange | Refusal;
  };
  /** The file itself gets another name, and its samples with it. */
  readonly renamePrompt: {
    readonly params: { readonly toName: PromptName };
    readonly answer: PlacedChange | Refusal;
  };
  readonly format: { readonly params: FormatOptions; readonly answer: readonly PlacedEdit[] };
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
