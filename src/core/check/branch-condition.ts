/** Determines what the condition of a block implies for a value in each of its two bodies. */
import type { BlockStatement, Expression, Literal, PathExpression } from '../syntax-tree.ts';
import { PROMPT_ROLES } from './check-helper.ts';
import { inputValue, type ValueScope, writtenValue } from './input-value.ts';
import type { KnownValues, Need } from './known-values.ts';
import {
  ANY,
  BLANK_TEXT,
  EMPTY,
  EMPTY_TEXT,
  FALSE,
  NO_SECTION,
  NOTHING,
  NUMBER,
  ROLE,
  type Sorts,
  TEXT,
  TRUE,
  UNTRUE,
  WITH_ITEMS,
  ZERO,
} from './value-sorts.ts';

/** `main` is the body after the opening tag, `inverse` the one after `{{else}}`. */
export interface BranchCondition {
  readonly main: readonly Need[];
  readonly inverse: readonly Need[];
}

const UNKNOWN: BranchCondition = { main: [], inverse: [] };

/** @param name of the helper; empty for a section, which tests the value of its own path */
export function conditionOf(
  name: string,
  node: BlockStatement,
  asked: Expression | undefined,
  scope: ValueScope,
  known: KnownValues,
): BranchCondition {
  const when = (sorts: Sorts, is: string, isNot: string): BranchCondition => ({
    main: need(node, asked, sorts, is, scope),
    inverse: need(node, asked, ANY & ~sorts, isNot, scope),
  });
  switch (name) {
    case '':
      return when(ANY & ~NO_SECTION, 'is given', 'is not given');
    case 'if':
      return withZero(node, asked, scope);
    case 'unless':
      return opposite(withZero(node, asked, scope));
    case 'with':
      return when(ANY & ~EMPTY, 'is given', 'is empty or not given');
    case 'each':
      return when(WITH_ITEMS, 'has items', 'has no items');
    case 'ifEquals':
      return equality(node, scope, known);
    case 'unlessEquals':
      return opposite(equality(node, scope, known));
    default:
      return UNKNOWN;
  }
}

function opposite({ main, inverse }: BranchCondition): BranchCondition {
  return { main: inverse, inverse: main };
}

/** 0 may count as given if there is an option, since that may be `includeZero`. */
function withZero(node: BlockStatement, asked: Expression | undefined, scope: ValueScope): BranchCondition {
  const isOpen = (node.hash?.pairs.length ?? 0) > 0;
  return {
    main: need(node, asked, ANY & ~(isOpen ? EMPTY : UNTRUE), 'is given', scope),
    inverse: need(node, asked, UNTRUE, 'is empty or not given', scope),
  };
}

function equality(node: BlockStatement, scope: ValueScope, known: KnownValues): BranchCondition {
  const [one, other] = node.params;
  const [written, asked] = isLiteral(one) ? [one, other] : [other, one];
  if (isLiteral(written)) {
    const sorts = sortOf(written);
    const text = isNothing(written) ? 'null' : JSON.stringify(written.value);
    return {
      main: need(node, asked, sorts, `is ${text}`, scope),
      inverse: need(node, asked, ANY & ~(sorts & SINGLE), `is not ${text}`, scope),
    };
  }
  const [first, second] = [inputValue(one, scope), inputValue(other, scope)];
  if (first === undefined || second === undefined) return UNKNOWN;
  const sorts = known.sortsOf(first) & known.sortsOf(second);
  const like = (each: Expression | undefined, to: Expression | undefined) =>
    need(node, each, sorts, `equals "${writtenValue(to as PathExpression)}"`, scope);
  return { main: [...like(one, other), ...like(other, one)], inverse: [] };
}

/** The sorts with only one value, so that a value that does not equal it has another sort. */
const SINGLE: Sorts = NOTHING | FALSE | TRUE | ZERO | EMPTY_TEXT;

function isLiteral(expression: Expression | undefined): expression is Literal {
  return (
    expression !== undefined && expression.type !== 'PathExpression' && expression.type !== 'SubExpression'
  );
}

function isNothing(
  literal: Literal,
): literal is Extract<Literal, { type: 'NullLiteral' | 'UndefinedLiteral' }> {
  return literal.type === 'NullLiteral' || literal.type === 'UndefinedLiteral';
}

function sortOf(literal: Literal): Sorts {
  if (isNothing(literal)) return NOTHING;
  const { value } = literal;
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  if (typeof value === 'number') return value === 0 ? ZERO : NUMBER;
  if (value.trim() === '') return value === '' ? EMPTY_TEXT : BLANK_TEXT;
  return PROMPT_ROLES.includes(value) ? ROLE : TEXT;
}

function need(
  block: BlockStatement,
  asked: Expression | undefined,
  sorts: Sorts,
  condition: string,
  scope: ValueScope,
): readonly Need[] {
  const value = inputValue(asked, scope);
  if (value === undefined) return [];
  const node = asked as PathExpression;
  return [{ value, sorts, node, path: writtenValue(node), as: { condition, block } }];
}
