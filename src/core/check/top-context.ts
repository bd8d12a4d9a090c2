/**
 * What no input makes right at the top of a template, outside the blocks that go on with another context: there `this`
 * is all the inputs of a prompt, and nothing is above it.
 */
import {
  type Arguments,
  type BlockStatement,
  type Callee,
  type Expression,
  hasArguments,
  type Node,
  type PathExpression,
  type Program,
  type Statement,
} from '../syntax-tree.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import { MAX_ERRORS, type TemplateError, type TemplateErrorCode } from './finding.ts';

/** @param isPrompt whether its context is the inputs; that of a partial is whatever it is called with */
export function topContextErrors(tree: Program, text: string, isPrompt: boolean): readonly TemplateError[] {
  const errors: TemplateError[] = [];
  const lines = lineStarts(text);
  const report = (code: TemplateErrorCode, message: string, { loc }: Node): void => {
    if (errors.length >= MAX_ERRORS) return;
    const [start, end] = [loc.start, loc.end].map(({ line, column }) => offsetOf(lines, line, column));
    errors.push({ code, start: start as number, end: end as number, message });
  };
  const argument = (value: Expression | undefined): void => {
    if (value?.type !== 'PathExpression') return;
    if (isAbove(value)) report('wrong-arguments', nothingAbove(value.original), value);
    else if (isPrompt && isThis(value)) report('not-text', allInputs(value.original), value);
  };
  const call = ({ path, params, hash }: Arguments & { readonly path: Callee }): void => {
    const name = path.type === 'PathExpression' && !path.data ? path.original : '';
    if (name === 'role' || name === 'section') argument(params[0]);
    if (name === 'media') argument(hash?.pairs.find(({ key }) => key === 'url')?.value);
    const [value] = params;
    if (name === 'json' && value?.type === 'PathExpression' && isAbove(value)) argument(value);
    for (const each of [...params, ...(hash?.pairs ?? []).map(pair => pair.value)])
      if (each.type === 'SubExpression') call(each);
  };
  const statement = (node: Statement): void => {
    if (node.type === 'MustacheStatement') {
      const { path } = node;
      if (hasArguments(node)) call(node);
      else if (isPrompt && path.type === 'PathExpression' && isThis(path))
        report('not-text', allInputs(path.original), path);
    } else if (node.type === 'BlockStatement') {
      call(node);
      if (keepsContext(node)) body(node.program);
      body(node.inverse);
    } else if (node.type === 'PartialStatement' || node.type === 'PartialBlockStatement')
      for (const pair of node.hash?.pairs ?? []) if (pair.value.type === 'SubExpression') call(pair.value);
  };
  const body = (program: Program | undefined | null): void => program?.body.forEach(statement);
  body(tree);
  return errors;
}

const SAME_CONTEXT = new Set(['if', 'unless', 'ifEquals', 'unlessEquals']);

function keepsContext(node: BlockStatement): boolean {
  return node.path.type === 'PathExpression' && !node.path.data && SAME_CONTEXT.has(node.path.original);
}

function isThis({ data, depth, parts }: PathExpression): boolean {
  return !data && depth === 0 && parts.length === 0;
}

function isAbove({ data, depth }: PathExpression): boolean {
  return !data && depth > 0;
}

function allInputs(path: string): string {
  return `"${path}" means all inputs together here, which is not text. Name one of them, as in {{name}}, or write {{json ${path}}}.`;
}

function nothingAbove(path: string): string {
  return `There is no outer context here, so "${path}" has no value. Remove "../".`;
}
