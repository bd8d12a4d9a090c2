/** The outline of a prompt: the variables that it declares, then its nested roles, blocks, partials and sections. */
import type { Analysis } from '../analysis/analysis.ts';
import { type Span, textOf } from '../results/span.ts';
import type { Body, BodyNode, HelperCall } from '../syntax/nodes.ts';
import { type Declared, propertiesOf, wordsOfType } from '../types/value-type.ts';

export interface Symbol {
  /** Never empty. */
  readonly name: string;
  readonly detail: string;
  readonly kind: 'variable' | 'block' | 'role' | 'partial' | 'section';
  readonly span: Span;
  /** The range of its name, inside `span`. */
  readonly selectionSpan: Span;
  readonly children: readonly Symbol[];
}

/** The symbols in order of appearance. */
export function symbols({ text, frontMatter, body }: Analysis): Symbol[] {
  return [...variableSymbols(frontMatter.variables, new Set()), ...bodySymbols(text, body.body)];
}

/** `within` are the parents of the declared symbols, to stop at a recursive type. */
function variableSymbols(declared: readonly Declared[], within: ReadonlySet<Declared>): Symbol[] {
  return declared.flatMap((variable): Symbol[] => {
    const { name, type, optional, nameSpan, span = nameSpan } = variable;
    if (nameSpan === undefined || span === undefined || name === '' || within.has(variable)) return [];
    const all = { start: Math.min(span.start, nameSpan.start), end: Math.max(span.end, nameSpan.end) };
    return [
      {
        name: optional ? `${name}?` : name,
        detail: wordsOfType(type),
        kind: 'variable',
        span: all,
        selectionSpan: nameSpan,
        children: variableSymbols(propertiesOf(type), new Set([...within, variable])),
      },
    ];
  });
}

/** A role contains everything up to the next one, and a section everything up to the next section or role. */
function bodySymbols(text: string, { nodes, span }: Body): Symbol[] {
  const top: Symbol[] = [];
  let role: { symbols: Symbol[]; close: (end: number) => void } | undefined;
  let section: typeof role;
  const open = (node: BodyNode, kind: 'role' | 'section', call: HelperCall, into: Symbol[]) => {
    const children: Symbol[] = [];
    const begin = { name: nameOfMarker(text, call), detail: kind, kind, selectionSpan: node.span, children };
    return {
      symbols: children,
      close: (end: number): void => void into.push({ ...begin, span: { start: node.span.start, end } }),
    };
  };
  for (const node of nodes) {
    const kind = markerOf(node);
    if (kind !== undefined && node.type === 'mustache' && node.call !== undefined) {
      section?.close(node.span.start);
      section = undefined;
      if (kind === 'role') {
        role?.close(node.span.start);
        role = open(node, kind, node.call, top);
      } else section = open(node, kind, node.call, role?.symbols ?? top);
    } else (section?.symbols ?? role?.symbols ?? top).push(...nodeSymbols(text, node));
  }
  section?.close(span.end);
  role?.close(span.end);
  return top;
}

/** Returns whether a tag begins a role or a section of a prompt: `{{role "system"}}`, `{{section "rules"}}`. */
export function markerOf(node: BodyNode): 'role' | 'section' | undefined {
  if (node.type !== 'mustache' || node.call?.callee.type !== 'path' || node.call.params.length === 0)
    return undefined;
  const { original } = node.call.callee;
  return original === 'role' || original === 'section' ? original : undefined;
}

function nameOfMarker(text: string, { params }: HelperCall): string {
  const [argument] = params;
  if (argument === undefined) return '…';
  const name = argument.type === 'literal' ? String(argument.value) : textOf(text, argument.span);
  return name.trim() || '…';
}

function nodeSymbols(text: string, node: BodyNode): Symbol[] {
  switch (node.type) {
    case 'block': {
      const { openTag, call, inverted, span, body, inverse } = node;
      return [
        {
          name: `${inverted ? '^' : '#'}${call ? oneLine(textOf(text, call.span)) : '…'}`,
          detail: '',
          kind: 'block',
          span,
          selectionSpan: openTag,
          children: [...bodySymbols(text, body), ...(inverse ? bodySymbols(text, inverse.body) : [])],
        },
      ];
    }
    case 'partial': {
      const { name, computed, span, openTag, body } = node;
      const computedName = computed && oneLine(textOf(text, computed.span));
      return [
        {
          name: name?.name.trim() || computedName || '…',
          detail: 'partial',
          kind: 'partial',
          span,
          selectionSpan: name?.span ?? openTag,
          children: body ? bodySymbols(text, body) : [],
        },
      ];
    }
    case 'inline':
      return [
        {
          name: node.name?.name.trim() || '…',
          detail: 'inline partial',
          kind: 'partial',
          span: node.span,
          selectionSpan: node.name?.span ?? node.openTag,
          children: bodySymbols(text, node.body),
        },
      ];
    default:
      return [];
  }
}

const MAX_NAME = 80;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…` : line;
}
