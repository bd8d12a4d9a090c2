/** Answers what is asked of the language worker: the language core's facts, with positions for offsets. */
import { diagnose } from '../language/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../language/diagnostics/diagnose-samples.ts';
import { type Finding, severityOf } from '../language/finding.ts';
import { folding } from '../language/folding.ts';
import type { Library, LibraryPrompt } from '../language/library.ts';
import { linkedEditing } from '../language/linked-editing.ts';
import { selectionRanges } from '../language/selection-ranges.ts';
import { semanticTokens } from '../language/semantic-tokens.ts';
import { type Symbol as PromptSymbol, symbols } from '../language/symbols.ts';
import type { FileRole } from './contract.ts';
import { encodeTokens } from './encode-tokens.ts';
import { LineIndex } from './line-index.ts';
import type { PlacedFinding, PlacedSymbol, Queries, QueryMethod } from './queries.ts';
import type { Texts } from './texts.ts';

/** More than anybody reads; each is drawn and listed by the window. */
const MAX_FINDINGS = 1000;

/** What an answer may need. */
interface Asked<Params> {
  readonly uri: string;
  readonly role: FileRole;
  readonly params: Params;
  readonly texts: Texts;
  readonly library: Library;
  readonly prompt: LibraryPrompt;
  readonly lines: LineIndex;
}

type Answers = {
  readonly [Method in QueryMethod]: (asked: Asked<Queries[Method]['params']>) => Queries[Method]['answer'];
};

/** For the methods that other files' texts bear upon: they are read first. */
export const NEEDS_ALL: ReadonlySet<QueryMethod> = new Set<QueryMethod>(['diagnose']);

/**
 * The answer to one query; undefined where the document is not known, or is not of a kind that has one.
 * Synchronous: what is asked is one step of work.
 */
export function answer<Method extends QueryMethod>(
  method: Method,
  uri: string,
  params: Queries[Method]['params'],
  texts: Texts,
): Queries[Method]['answer'] | undefined {
  const role = texts.openAt(uri)?.role;
  if (role === undefined) return undefined;
  if (role === 'samples')
    return method === 'diagnose' ? (diagnoseSamplesAt(uri, texts) as Queries[Method]['answer']) : undefined;
  const prompt = texts.library.at(uri);
  if (prompt === undefined) return undefined;
  const lines = linesOf(uri, prompt.analysis.text);
  return ANSWERS[method]({ uri, role, params, texts, library: texts.library, prompt, lines });
}

const ANSWERS: Answers = {
  diagnose: ({ prompt, library, lines }) => placed(diagnose(prompt, library), lines),
  symbols: ({ prompt, lines }) => symbols(prompt.analysis).map(symbol => placedSymbol(symbol, lines)),
  folding: ({ prompt, lines }) =>
    folding(prompt.analysis).map(({ span, kind }) => ({
      startLine: lines.positionAt(span.start).line,
      endLine: lines.positionAt(span.end).line,
      kind,
    })),
  selectionRanges: ({ prompt, lines, params }) =>
    params.offsets.map(offset => selectionRanges(prompt.analysis, offset).map(span => lines.rangeOf(span))),
  linkedEditing: ({ prompt, lines, params }) =>
    linkedEditing(prompt.analysis, params.offset)?.map(span => lines.rangeOf(span)),
  tokens: ({ prompt, lines, params, role }) => {
    const { span } = params;
    const tokens = semanticTokens(prompt.analysis).filter(
      token => span === undefined || (token.span.end > span.start && token.span.start < span.end),
    );
    return encodeTokens(tokens, lines, { withUndeclared: role !== 'text' });
  },
};

function diagnoseSamplesAt(uri: string, texts: Texts): Queries['diagnose']['answer'] {
  const { name, text } = texts.openAt(uri)!;
  const prompt = name === undefined ? undefined : texts.library.prompt(name);
  return placed(diagnoseSamples(text, prompt), linesOf(uri, text));
}

function placed(findings: readonly Finding[], lines: LineIndex): Queries['diagnose']['answer'] {
  const shown = findings.slice(0, MAX_FINDINGS).map(
    ({ span, ...finding }): PlacedFinding => ({
      ...finding,
      severity: severityOf({ span, ...finding }),
      range: lines.rangeOf(span),
    }),
  );
  return { findings: shown, left: findings.length - shown.length };
}

function placedSymbol(
  { span, selectionSpan, children, ...symbol }: PromptSymbol,
  lines: LineIndex,
): PlacedSymbol {
  return {
    ...symbol,
    range: lines.rangeOf(span),
    nameRange: lines.rangeOf(selectionSpan),
    children: children.map(child => placedSymbol(child, lines)),
  };
}

/** Of the text asked for last, for each of the few files that are asked for at once. */
const known = new Map<string, { readonly text: string; readonly lines: LineIndex }>();
const KEPT = 20;

function linesOf(uri: string, text: string): LineIndex {
  const kept = known.get(uri);
  if (kept?.text === text) return kept.lines;
  const lines = new LineIndex(text);
  known.delete(uri);
  known.set(uri, { text, lines });
  const [oldest] = known.keys();
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
  return lines;
}
