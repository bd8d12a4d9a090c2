/** The problems that end an evaluation, each with its place and what to do about it. */
import type { TemplateError } from '../check/finding.ts';
import { Problem, type SourceIssue } from '../problem.ts';
import type { Node } from '../syntax-tree.ts';
import { issueAtOffsets, issueOf, type Template } from './template.ts';

/** Problem `invalid_source` at a node. */
export function invalidAt(template: Template, node: Node, message: string, options?: ErrorOptions): Problem {
  return at('invalid_source', template, node, message, options);
}

/** Problem `not_acceptable` at a node that the requested form cannot express. */
export function inexpressibleAt(template: Template, node: Node, message: string): Problem {
  return at('not_acceptable', template, node, message);
}

export type Limit = 'steps' | 'characters' | 'nesting';

/** Problem `too_expensive` at a node, naming the limit. */
export function tooExpensive(limit: Limit, allowed: number, template: Template, node: Node): Problem {
  const amount = allowed.toLocaleString('en-US');
  return at(
    'too_expensive',
    template,
    node,
    {
      steps: `Rendering takes more than ${amount} steps here. Look for nested loops over the same list, or provide a smaller input.`,
      characters: `The rendered text grows over ${amount} characters here. Look for text that is repeated in a loop, or provide a smaller input.`,
      nesting: `Blocks, partials and values nest deeper than ${amount} here. Look for a partial that uses itself, or flatten the template or the input.`,
    }[limit],
  );
}

type EvaluationProblem = 'invalid_source' | 'too_expensive' | 'not_acceptable';

function at(
  code: EvaluationProblem,
  template: Template,
  node: Node,
  message: string,
  options?: ErrorOptions,
): Problem {
  return problemOf(code, template, issueOf(template, node, message), options);
}

/** Problem `invalid_source` for an error that the checker finds. */
export function refusedBy(template: Template, error: TemplateError): Problem {
  const issue = issueAtOffsets(template, error.start, error.end, error.message);
  return problemOf('invalid_source', template, { ...issue, code: error.code });
}

function problemOf(
  code: EvaluationProblem,
  template: Template,
  issue: SourceIssue,
  options?: ErrorOptions,
): Problem {
  const place = `${template.label}:${issue.line}:${issue.column}`;
  return new Problem(code, `${place}: ${issue.message}`, { issues: [issue] }, options);
}
