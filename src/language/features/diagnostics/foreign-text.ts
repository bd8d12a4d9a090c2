/** Finds text in another template language that Handlebars writes literally: tags of Jinja and ERB, variables in single braces. */
import type { Analysis } from '../../analysis/analysis.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import { type Span, textOf } from '../../results/span.ts';
import type { Body } from '../../syntax/nodes.ts';

/** Tags of Jinja and Liquid, which look the same. */
const TAG =
  /\{%[-+]?\s*(?:(?:end)?(?:if|unless|for|set|macro|block|raw|with|call|filter|case|capture|comment|trans|autoescape|generation)|elif|elsif|else|when|include|extends|import|from|do|assign|render|break|continue)\b[^%]{0,500}%\}/g;
const COMMENT = /\{#-?\s[^#]{0,500}#\}/g;
/** Tags of ERB, EJS and similar languages. */
const ERB = /<%[=-]?\s[^%]{0,500}%>/g;
/**
 * Variables as in Python's format strings, LangChain, JavaScript and Ruby: `{name}`, `{name.first}`, `{name[0]}`,
 * `{name!r}`, `{name:>10}`, `${name}`, `#{name}`, `%(name)s`. JSON and JavaScript also write `{name:1}`, so a format
 * must have a character that these do not.
 */
const SINGLE =
  /(?<![{\\])[$#]?\{([A-Za-z_]\w*)(?:\.\w{1,40}|\[\w{1,40}\]){0,5}(?:![rsa])?(?::(?=[^{}]{0,10}[<>^.,%])[<>^=+,.%\w-]{1,12})?\}(?!\})|%\(([A-Za-z_]\w*)\)[sdr]/g;

export function foreignText({ text, body, frontMatter }: Analysis): Finding[] {
  const variables = new Set(frontMatter.variables.map(({ name }) => name));
  const findings: Finding[] = [];
  for (const span of textsIn(body.body)) {
    const content = textOf(text, span);
    const told = ({ index, 0: found }: RegExpExecArray, message: string): void => {
      const start = span.start + index;
      findings.push({ code: 'foreign-text', span: { start, end: start + found.length }, message });
    };
    for (const tag of content.matchAll(TAG))
      told(
        tag,
        'This is Jinja or Liquid, and Handlebars writes it as text. Use {{#if name}}…{{/if}} or {{#each items}}…{{/each}}.',
      );
    for (const comment of content.matchAll(COMMENT))
      told(
        comment,
        'This is a Jinja comment, and Handlebars writes it as text. Write {{!-- … --}} for a comment.',
      );
    for (const tag of content.matchAll(ERB))
      told(
        tag,
        'This is ERB, and Handlebars writes it as text. Write {{name}} for a variable, {{#if name}}…{{/if}} for a condition.',
      );
    for (const written of variables.size === 0 ? [] : content.matchAll(SINGLE))
      if (variables.has(nameIn(written)))
        told(written, `This is written as text. For the variable, use two braces, "{{${nameIn(written)}}}".`);
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings.slice(0, MAX_FINDINGS);
}

function nameIn([, inBraces, inParentheses]: RegExpExecArray): string {
  return inBraces ?? inParentheses ?? '';
}

function* textsIn({ nodes }: Body): Generator<Span, void, undefined> {
  for (const node of nodes) {
    if (node.type === 'content') yield node.span;
    if (node.type === 'block' && node.raw) continue;
    if ('body' in node && node.body !== undefined) yield* textsIn(node.body);
    if (node.type === 'block' && node.inverse !== undefined) yield* textsIn(node.inverse.body);
  }
}
