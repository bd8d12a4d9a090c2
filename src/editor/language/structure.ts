/** How a prompt is built: its outline, what folds, what a selection grows to, and names that change together. */
import * as vscode from 'vscode';
import type { PlacedFold, PlacedSymbol } from '../../language-worker/queries.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { PROMPTS, WRITTEN } from './selectors.ts';

const SYMBOL_KINDS: Readonly<Record<PlacedSymbol['kind'], vscode.SymbolKind>> = {
  variable: vscode.SymbolKind.Variable,
  block: vscode.SymbolKind.Struct,
  role: vscode.SymbolKind.Namespace,
  partial: vscode.SymbolKind.File,
  section: vscode.SymbolKind.String,
};

export function registerStructure(ask: WorkerRequest): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(PROMPTS, {
      async provideDocumentSymbols(document, token) {
        return (await ask('symbols', document, null, token))?.map(symbolOf);
      },
    }),
    vscode.languages.registerFoldingRangeProvider(PROMPTS, {
      async provideFoldingRanges(document, _context, token) {
        return (await ask('folding', document, null, token))?.map(foldOf);
      },
    }),
    vscode.languages.registerSelectionRangeProvider(PROMPTS, {
      async provideSelectionRanges(document, positions, token) {
        const offsets = positions.map(position => document.offsetAt(position));
        const found = await ask('selectionRanges', document, { offsets }, token);
        return found?.map(ranges => nested(ranges.map(rangeOf)));
      },
    }),
    vscode.languages.registerLinkedEditingRangeProvider(WRITTEN, {
      async provideLinkedEditingRanges(document, position, token) {
        const offset = document.offsetAt(position);
        const ranges = await ask('linkedEditing', document, { offset }, token);
        return ranges && new vscode.LinkedEditingRanges(ranges.map(rangeOf));
      },
    }),
  );
}

function symbolOf({ name, detail, kind, range, nameRange, children }: PlacedSymbol): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(
    name,
    detail,
    SYMBOL_KINDS[kind],
    rangeOf(range),
    rangeOf(nameRange),
  );
  symbol.children = children.map(symbolOf);
  return symbol;
}

function foldOf({ startLine, endLine, kind }: PlacedFold): vscode.FoldingRange {
  const known = kind === 'comment' ? vscode.FoldingRangeKind.Comment : undefined;
  return new vscode.FoldingRange(startLine, endLine, known);
}

/** The innermost, which knows those around it. VS Code refuses one that does not hold the next. */
function nested(ranges: readonly vscode.Range[]): vscode.SelectionRange {
  const [outermost = new vscode.Range(0, 0, 0, 0), ...inner] = ranges;
  return inner.reduce(
    (parent, range) => (parent.range.contains(range) ? new vscode.SelectionRange(range, parent) : parent),
    new vscode.SelectionRange(outermost),
  );
}
