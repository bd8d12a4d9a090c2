/** Text that another language would read, and Handlebars writes as it is: tags of Jinja, variables in single braces. */
import type { Analysis } from '../analysis.ts';
import { type Finding, MAX_FINDINGS } from '../finding.ts';
import type { Body } from '../nodes.ts';
import { type Span, textOf } from '../span.ts';

const JINJA =
  /\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|include|macro|endmacro|block|endblock|extends|raw|endraw)\b[^%]{0,500}%\}/g;
/** As Python's format strings and LangChain write a variable. */
const SINGLE = /(?<![{$\\])\{([A-Za-z_]\w*)\}(?!\})/g;

export function foreignText({ text, body, frontMatter }: Analysis): Finding[] {
  const variables = new Set(frontMatter.variables.map(({ name }) => name));
  const findings: Finding[] = [];
  for (const span of textsIn(body.body)) {
    const content = textOf(text, span);
    const told = ({ index, 0: found }: RegExpExecArray, message: string): void => {
      const start = span.start + index;
      findings.push({ code: 'foreign-text', span: { start, end: start + found.length }, message });
    };
    for (const tag of content.matchAll(JINJA))
      told(
        tag,
        'This is Jinja, and Handlebars writes it as text. Use {{#if name}}…{{/if}} or {{#each items}}…{{/each}}.',
      );
    for (const written of variables.size === 0 ? [] : content.matchAll(SINGLE))
      if (variables.has(written[1] ?? ''))
        told(written, `This is written as text. For the variable use two braces, "{{${written[1]}}}".`);
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings.slice(0, MAX_FINDINGS);
}

function* textsIn({ nodes }: Body): Generator<Span, void, undefined> {
  for (const node of nodes) {
    if (node.type === 'content') yield node.span;
    if (node.type === 'block' && node.raw) continue;
    if ('body' in node && node.body !== undefined) yield* textsIn(node.body);
    if (node.type === 'block' && node.inverse !== undefined) yield* textsIn(node.inverse.body);
  }
}
