/** Converts results of the language core to types of the Language Server Protocol: offsets to positions, in any file. */
import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  type FoldingRange,
  InsertTextFormat,
  type Location,
  type MarkupContent,
  MarkupKind,
  type Range,
  type SelectionRange,
  type SemanticTokens,
  SemanticTokensBuilder,
  SymbolKind,
  TextEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CompletionKind,
  CompletionItem as PromptCompletion,
} from '../language/features/completion/item.ts';
import type { Fold } from '../language/features/folding.ts';
import { type SemanticToken, TOKEN_MODIFIERS, TOKEN_TYPES } from '../language/features/semantic-tokens.ts';
import type { Symbol as PromptSymbol } from '../language/features/symbols.ts';
import type { TextEdit as PromptEdit } from '../language/results/edit.ts';
import { type Finding, type Severity, severityOf } from '../language/results/finding.ts';
import type { Location as PromptLocation } from '../language/results/location.ts';
import { holds, type Span } from '../language/results/span.ts';

export const SOURCE = 'PromptForge';

// Limits, because a response is read at once by the thread that all extensions of a window share.
/** More than anyone reads; the window draws and lists each one. */
const MAX_FINDINGS = 1000;
/** More than anyone needs in an outline. */
const MAX_SYMBOLS = 2000;
const MAX_LOCATIONS = 5000;
/** Same as VS Code's own limit (`editor.foldingMaximumRegions`). */
const MAX_FOLDS = 5000;

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

const SYMBOL_KINDS: Readonly<Record<PromptSymbol['kind'], SymbolKind>> = {
  variable: SymbolKind.Variable,
  block: SymbolKind.Struct,
  role: SymbolKind.Namespace,
  partial: SymbolKind.File,
  section: SymbolKind.String,
};

const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const SUGGEST = { command: 'editor.action.triggerSuggest', title: 'Suggest' };

/** Converts the results of one request about one document. */
export class Converter {
  readonly #document: TextDocument;
  readonly #others = new Map<string, TextDocument>();
  readonly #textAt: (uri: string) => string | undefined;
  /** The client's form of a URI of the language core. */
  readonly written: (uri: string) => string;

  /** @param textAt the text of another file, by the URI of the language core */
  constructor(
    document: TextDocument,
    textAt: (uri: string) => string | undefined,
    written: (uri: string) => string,
  ) {
    this.#document = document;
    this.#textAt = textAt;
    this.written = written;
  }

  range({ start, end }: Span, document = this.#document): Range {
    return { start: document.positionAt(start), end: document.positionAt(end) };
  }

  edit({ span, text }: PromptEdit): TextEdit {
    return TextEdit.replace(this.range(span), text);
  }

  /** Edits in any file. */
  edits(uri: string, edits: readonly PromptEdit[]): TextEdit[] {
    const document = this.#documentAt(uri);
    return edits.map(({ span, text }) => TextEdit.replace(this.range(span, document), text));
  }

  locations(found: readonly PromptLocation[]): Location[] {
    return found.slice(0, MAX_LOCATIONS).map(({ uri, span }) => ({
      uri: this.written(uri),
      range: this.range(span, this.#documentAt(uri)),
    }));
  }

  diagnostics(findings: readonly Finding[]): Diagnostic[] {
    const diagnostics = findings.slice(0, MAX_FINDINGS).map((finding): Diagnostic => {
      const { code, span, message } = finding;
      const tags = code === 'unused-variable' ? [DiagnosticTag.Unnecessary] : undefined;
      const severity = SEVERITIES[severityOf(finding)];
      return { range: this.range(span), message, severity, source: SOURCE, code, ...(tags && { tags }) };
    });
    const left = findings.length - diagnostics.length;
    if (left > 0)
      diagnostics.push({
        range: START,
        message: `${left} more problems are not shown. They appear as you fix the ones that are shown.`,
        severity: DiagnosticSeverity.Information,
        source: SOURCE,
      });
    return diagnostics;
  }

  /**
   * @param takesSnippets false if the client would insert snippet syntax as text
   * @param suggests true if the client has VS Code's command for suggestions
   */
  completion(item: PromptCompletion, takesSnippets: boolean, suggests: boolean): CompletionItem {
    const { label, kind, detail, documentation, edit, snippet, sortText, filterText, asksForValue } = item;
    const isSnippet = snippet === true && takesSnippets;
    return {
      label,
      kind: COMPLETION_KINDS[kind],
      textEdit: this.edit(snippet && !isSnippet ? { ...edit, text: withoutStops(edit.text) } : edit),
      ...(isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
      ...(detail !== undefined && { detail }),
      ...(documentation !== undefined && { documentation: markdown(documentation) }),
      ...(sortText !== undefined && { sortText }),
      ...(filterText !== undefined && { filterText }),
      ...(asksForValue && suggests && { command: SUGGEST }),
    };
  }

  /** The first symbols up to the limit, including nested ones. */
  symbols(symbols: readonly PromptSymbol[], left = { count: MAX_SYMBOLS }): DocumentSymbol[] {
    return symbols.flatMap(({ name, detail, kind, span, selectionSpan, children }) => {
      if (left.count === 0) return [];
      left.count -= 1;
      return [
        {
          name,
          detail,
          kind: SYMBOL_KINDS[kind],
          range: this.range(span),
          selectionRange: this.range(selectionSpan),
          children: this.symbols(children, left),
        },
      ];
    });
  }

  folds(folds: readonly Fold[]): FoldingRange[] {
    return folds.slice(0, MAX_FOLDS).map(({ span, kind }) => ({
      startLine: this.#document.positionAt(span.start).line,
      endLine: this.#document.positionAt(span.end).line,
      ...(kind === 'comment' && { kind }),
    }));
  }

  /**
   * The innermost range, with those around it as its parents. @param spans from the outermost; a span that is not
   * inside the previous one is skipped
   */
  selection([outermost = { start: 0, end: 0 }, ...inner]: readonly Span[]): SelectionRange {
    let around = outermost;
    let selection: SelectionRange = { range: this.range(outermost) };
    for (const span of inner) {
      if (!holds(around, span)) continue;
      around = span;
      selection = { range: this.range(span), parent: selection };
    }
    return selection;
  }

  /** @param isExtension true for a typed array, which threads exchange faster than JSON's array */
  tokens(
    tokens: readonly SemanticToken[],
    { withUndeclared, isExtension }: { readonly withUndeclared: boolean; readonly isExtension: boolean },
  ): SemanticTokens {
    const builder = new SemanticTokensBuilder();
    for (const { span, type, modifiers } of tokens) {
      const { line, character } = this.#document.positionAt(span.start);
      const bits = modifiers
        .filter(modifier => withUndeclared || modifier !== 'undeclared')
        .reduce((sum, modifier) => sum | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0);
      builder.push(line, character, span.end - span.start, TOKEN_TYPES.indexOf(type), bits);
    }
    const { data } = builder.build();
    return { data: isExtension ? (Uint32Array.from(data) as unknown as number[]) : data };
  }

  #documentAt(uri: string): TextDocument {
    if (this.written(uri) === this.#document.uri) return this.#document;
    const known = this.#others.get(uri);
    if (known !== undefined) return known;
    const document = TextDocument.create(uri, '', 0, this.#textAt(uri) ?? '');
    this.#others.set(uri, document);
    return document;
  }
}

export function markdown(value: string): MarkupContent {
  return { kind: MarkupKind.Markdown, value };
}

/** The text of a snippet without tab stops: placeholders as plain text, and the first of each choice. */
function withoutStops(snippet: string): string {
  return snippet
    .replaceAll(/\$\{\d+\|([^,|}]*)[^}]*\|\}/g, '$1')
    .replaceAll(/\$\{\d+(?::([^}]*))?\}|\$\d+/g, '$1')
    .replaceAll(/\\([$}\\,|])/g, '$1');
}
