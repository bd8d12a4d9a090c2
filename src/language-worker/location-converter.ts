/** Positions for the offsets in what the language core answers, in the document asked about and in other files. */
import type { CompletionItem } from '../language/completion/item.ts';
import type { TextEdit } from '../language/edit.ts';
import { type Finding, severityOf } from '../language/finding.ts';
import type { Fold } from '../language/folding.ts';
import type { QuickFix } from '../language/quick-fixes/quick-fix.ts';
import type { Renamable } from '../language/rename.ts';
import type { Location, WorkspaceChange } from '../language/results.ts';
import type { Span } from '../language/span.ts';
import type { Symbol as PromptSymbol } from '../language/symbols.ts';
import { LineIndex, type Range } from './line-index.ts';
import type {
  PlacedChange,
  PlacedCompletion,
  PlacedEdit,
  PlacedFinding,
  PlacedFix,
  PlacedFold,
  PlacedLocation,
  PlacedSymbol,
  Queries,
} from './queries.ts';
import type { Texts } from './texts.ts';

/** More than anybody reads; each is drawn and listed by the window. */
const MAX_FINDINGS = 1000;
/** More than an outline is read for. */
const MAX_SYMBOLS = 2000;

export type LocationConverter = ReturnType<typeof placing>;

/** @param uri the document that is asked about, which is open */
export function placing(uri: string, texts: Texts) {
  const lines = linesOf(uri, texts);
  const range = (span: Span): Range => lines.rangeOf(span);
  const edit = ({ span, text }: TextEdit): PlacedEdit => ({ range: range(span), text });
  /** The first ones, those inside others included. */
  const symbolsOf = (symbols: readonly PromptSymbol[], left = { count: MAX_SYMBOLS }): PlacedSymbol[] =>
    symbols.flatMap(({ span, selectionSpan, children, ...rest }) => {
      if (left.count === 0) return [];
      left.count -= 1;
      const ranges = { range: range(span), nameRange: range(selectionSpan) };
      return [{ ...rest, ...ranges, children: symbolsOf(children, left) }];
    });
  const change = ({ edits, renames = [], creates = [] }: WorkspaceChange): PlacedChange => ({
    edits: [...edits].map(([at, each]) => {
      const there = linesOf(at, texts);
      return { uri: at, edits: each.map(({ span, text }) => ({ range: there.rangeOf(span), text })) };
    }),
    renames,
    creates,
  });
  return {
    lines,
    range,
    edit,
    symbols: (symbols: readonly PromptSymbol[]) => symbolsOf(symbols),
    findings: (findings: readonly Finding[]): Queries['diagnose']['answer'] => ({
      findings: findings.slice(0, MAX_FINDINGS).map((finding): PlacedFinding => {
        const { span, ...rest } = finding;
        return { ...rest, severity: severityOf(finding), range: range(span) };
      }),
      left: Math.max(0, findings.length - MAX_FINDINGS),
    }),
    completion: ({ edit: { span, text }, ...item }: CompletionItem): PlacedCompletion => ({
      ...item,
      range: range(span),
      text,
    }),
    fold: ({ span, kind }: Fold): PlacedFold => ({
      startLine: lines.positionAt(span.start).line,
      endLine: lines.positionAt(span.end).line,
      kind,
    }),
    renamable: ({ span, text }: Renamable) => ({ range: range(span), text }),
    location: ({ uri: at, span }: Location): PlacedLocation => ({
      uri: at,
      range: linesOf(at, texts).rangeOf(span),
    }),
    change,
    fix: ({ title, isPreferred, change: made }: QuickFix, { code, span }: Finding): PlacedFix => ({
      title,
      isPreferred,
      code,
      range: range(span),
      change: change(made),
    }),
  };
}

/** Of the text asked for last, for each of the few files that are asked for at once. */
const known = new Map<string, { readonly text: string; readonly lines: LineIndex }>();
const KEPT = 20;

function linesOf(uri: string, texts: Texts): LineIndex {
  const text = texts.textAt(uri) ?? '';
  const kept = known.get(uri);
  if (kept?.text === text) return kept.lines;
  const lines = new LineIndex(text);
  known.delete(uri);
  known.set(uri, { text, lines });
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return lines;
}
