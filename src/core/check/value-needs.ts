/** Collects what tags require of the input's values whenever the body that they are in is evaluated. */
import { KNOWN_HELPERS } from '../known-helpers.ts';
import {
  type Arguments,
  argumentsOf,
  asPath,
  type Callee,
  type Expression,
  hasArguments,
  type PathExpression,
  type Statement,
} from '../syntax-tree.ts';
import { helperName } from './context-kind.ts';
import { inputValue, type Lookup, lookupValue, type ValueScope, writtenValue } from './input-value.ts';
import type { Need } from './known-values.ts';
import { GIVEN, NAME, ROLE, type Sorts, URL_TEXT, WRITABLE } from './value-sorts.ts';

/** The needs of a statement in source order, without those of a block's bodies. */
export function needsOf(statement: Statement, scope: ValueScope): readonly Need[] {
  const needs: Need[] = [];
  switch (statement.type) {
    case 'MustacheStatement': {
      const path = asPath(statement.path);
      if (hasArguments(statement) || KNOWN_HELPERS.has(helperName(path, scope))) {
        addCall(statement, scope, needs);
        const value = lookupValue(statement, scope);
        if (value !== undefined)
          needs.push({ value, sorts: WRITABLE, node: statement, path: writtenValue(statement), as: 'text' });
      } else add(path, WRITABLE, 'text', scope, needs);
      break;
    }
    case 'BlockStatement':
    case 'PartialStatement':
    case 'PartialBlockStatement':
      addArguments(statement, scope, needs);
      break;
    default: // Text and comments need nothing, and decorators are not part of the body.
  }
  return needs;
}

function addArguments(node: Arguments, scope: ValueScope, needs: Need[]): void {
  for (const each of argumentsOf(node)) if (each.type === 'SubExpression') addCall(each, scope, needs);
}

function addCall(
  node: Lookup | (Arguments & { readonly path: Callee }),
  scope: ValueScope,
  needs: Need[],
): void {
  addArguments(node, scope, needs);
  const { params, hash } = node;
  const [first, second] = params;
  const option = (wanted: string) => hash?.pairs.find(({ key }) => key === wanted)?.value;
  switch (helperName(asPath(node.path), scope)) {
    case 'json':
      add(first, GIVEN, 'value', scope, needs);
      return;
    case 'role':
      add(first, ROLE, 'role', scope, needs);
      for (const { value } of hash?.pairs ?? []) add(value, WRITABLE, 'text', scope, needs);
      return;
    case 'section':
      add(first, NAME, 'name', scope, needs);
      return;
    case 'media':
      add(option('url'), URL_TEXT, 'url', scope, needs);
      add(option('contentType'), WRITABLE, 'text', scope, needs);
      return;
    case 'lookup': {
      const object = inputValue(first, scope);
      if (object !== undefined) add(second, WRITABLE, 'text', scope, needs, { ifTrue: object });
      return;
    }
    default: // Others take any value.
  }
}

function add(
  node: Expression | undefined,
  sorts: Sorts,
  as: Need['as'],
  scope: ValueScope,
  needs: Need[],
  only?: Pick<Need, 'ifTrue'>,
): void {
  const value = inputValue(node, scope);
  if (value === undefined) return;
  const path = writtenValue(node as PathExpression);
  needs.push({ value, sorts, node: node as PathExpression, path, as, ...only });
}
