/** The answers of the language core as the Language Server Protocol has them. */
import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  type FoldingRange,
  InsertTextFormat,
  type MarkupContent,
  MarkupKind,
  type SelectionRange,
  SymbolKind,
} from 'vscode-languageserver';
import type { CompletionKind } from '../language/completion/item.ts';
import type { Severity } from '../language/finding.ts';
import type { Range } from '../language-worker/line-index.ts';
import type {
  PlacedCompletion,
  PlacedFinding,
  PlacedFix,
  PlacedFold,
  PlacedSymbol,
  Queries,
} from '../language-worker/queries.ts';

export const SOURCE = 'PromptForge';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

const COMPLETION_KINDS: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  variable: CompletionItemKind.Variable,
  property: CompletionItemKind.Property,
  helper: CompletionItemKind.Function,
  block: CompletionItemKind.Struct,
  partial: CompletionItemKind.File,
  key: CompletionItemKind.Field,
  value: CompletionItemKind.Value,
  keyword: CompletionItemKind.Keyword,
  data: CompletionItemKind.Constant,
  type: CompletionItemKind.TypeParameter,
  snippet: CompletionItemKind.Snippet,
};

const SYMBOL_KINDS: Readonly<Record<PlacedSymbol['kind'], SymbolKind>> = {
  variable: SymbolKind.Variable,
  block: SymbolKind.Struct,
  role: SymbolKind.Namespace,
  partial: SymbolKind.File,
  section: SymbolKind.String,
};

const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

export function diagnosticsOf({ findings, left }: Queries['diagnose']['answer']): Diagnostic[] {
  const diagnostics = findings.map(diagnosticOf);
  if (left > 0)
    diagnostics.push({
      range: START,
      message: `${left} more problems are not shown. They appear as you fix the ones that are shown.`,
      severity: DiagnosticSeverity.Information,
      source: SOURCE,
    });
  return diagnostics;
}

function diagnosticOf({ range, message, severity, code }: PlacedFinding): Diagnostic {
  const tags = code === 'unused-variable' ? [DiagnosticTag.Unnecessary] : undefined;
  return { range, message, severity: SEVERITIES[severity], source: SOURCE, code, ...(tags && { tags }) };
}

export function markdown(value: string): MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}

/** @param takesSnippets false for a client that would insert their marks as text */
export function completionOf(item: PlacedCompletion, takesSnippets: boolean): CompletionItem {
  const { label, kind, detail, documentation, range, text, snippet, sortText, filterText } = item;
  const isSnippet = snippet === true && takesSnippets;
  return {
    label,
    kind: COMPLETION_KINDS[kind],
    textEdit: { range, newText: snippet === true && !isSnippet ? withoutStops(text) : text },
    ...(isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
    ...(detail !== undefined && { detail }),
    ...(documentation !== undefined && { documentation: markdown(documentation) }),
    ...(sortText !== undefined && { sortText }),
    ...(filterText !== undefined && { filterText }),
  };
}

/** The text of a snippet: placeholders as they are written, choices with their first. */
function withoutStops(snippet: string): string {
  return snippet
    .replaceAll(/\$\{\d+\|([^,|}]*)[^}]*\|\}/g, '$1')
    .replaceAll(/\$\{\d+(?::([^}]*))?\}|\$\d+/g, '$1')
    .replaceAll(/\\([$}\\,|])/g, '$1');
}

export function symbolOf({ name, detail, kind, range, nameRange, children }: PlacedSymbol): DocumentSymbol {
  return {
    name,
    detail,
    kind: SYMBOL_KINDS[kind],
    range,
    selectionRange: nameRange,
    children: children.map(symbolOf),
  };
}

export function foldOf({ startLine, endLine, kind }: PlacedFold): FoldingRange {
  return { startLine, endLine, ...(kind === 'comment' && { kind }) };
}

/** The innermost, which knows those around it. @param ranges from the outermost */
export function nested(ranges: readonly Range[]): SelectionRange {
  const [outermost = START, ...inner] = ranges;
  return inner.reduce<SelectionRange>((parent, range) => ({ range, parent }), { range: outermost });
}

/** @param edit of the fix's change @param diagnostics of the client at this place */
export function actionOf(
  { title, isPreferred, code, range }: PlacedFix,
  edit: CodeAction['edit'],
  diagnostics: readonly Diagnostic[],
): CodeAction {
  const isFixed = (each: Diagnostic) =>
    each.code === code && JSON.stringify(each.range) === JSON.stringify(range);
  return {
    title,
    kind: CodeActionKind.QuickFix,
    isPreferred,
    diagnostics: diagnostics.filter(isFixed),
    ...(edit && { edit }),
  };
}
