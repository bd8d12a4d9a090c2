/** Finds front matter below text that may not precede it, so that it is text itself and the model gets the YAML. */
import type { Analysis } from '../../analysis/analysis.ts';
import { kindOf } from '../../analysis/analysis.ts';
import type { Finding } from '../../results/finding.ts';

/** A comment of some language, a line that begins with "#", white space or invisible characters. Matched one by one. */
const ABOVE =
  /\{\{~?!--[\s\S]*?--~?\}\}|\{\{~?![^}]*\}\}|<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*|#[^\r\n]*|[%;][^\r\n]*|\s+|\p{Cf}+/uy;
/** With one of Dotprompt's keys below it, `---` is not a rule in Markdown. */
const FRONT_MATTER =
  /---[^\S\r\n]*(?:\r\n|\r|\n)\s*(?:model|config|input|output|tools|toolDefs|variant|metadata)[^\S\r\n]*:/y;

export function misplacedFrontMatter({ text, name, frontMatter, body }: Analysis): readonly Finding[] {
  if (frontMatter.span !== undefined || frontMatter.findings.length > 0) return [];
  let at = body.body.span.start;
  for (ABOVE.lastIndex = at; at < text.length && ABOVE.test(text); ) at = ABOVE.lastIndex;
  FRONT_MATTER.lastIndex = at;
  if (!FRONT_MATTER.test(text)) return [];
  const allowed = kindOf(name) === 'partial' ? 'blank lines' : 'blank lines and lines that begin with "#"';
  const why = /\p{Cf}$/u.test(text.slice(0, at))
    ? 'there is an invisible character before it. Remove that character.'
    : `only ${allowed} may be above it. Move "---" to the beginning of the file and of its line.`;
  const message = `This is text for the model, not front matter: ${why}`;
  return [{ code: 'misplaced-front-matter', span: { start: at, end: at + 3 }, message }];
}
