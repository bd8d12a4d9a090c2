/** Everything the language core knows about one prompt's text; all features start from it. */
import type { PromptName } from '../../core/name.ts';
import { type SourceKind, sourceKindOf, textStart } from '../../core/source.ts';
import { type FrontMatterFacts, readFrontMatter } from '../front-matter/front-matter.ts';
import { resolveBody } from '../names/resolve.ts';
import type { Resolved } from '../names/resolved.ts';
import { type ParsedBody, parseBody } from '../syntax/parse-body.ts';
import { updateBody } from '../syntax/update-body.ts';

export interface Analysis {
  /** The whole text, in which all places are offsets. */
  readonly text: string;
  /** Undefined for a file whose path is not a prompt name. */
  readonly name: PromptName | undefined;
  readonly frontMatter: FrontMatterFacts;
  /** Everything after the front matter, including the white space that Dotprompt trims. */
  readonly body: ParsedBody;
  readonly resolved: Resolved;
}

/**
 * Analyzes a prompt's text. Never throws. With the analysis of the text before an edit, only what the edit changed
 * is read again.
 */
export function analyze(text: string, name: PromptName | undefined, previous?: Analysis): Analysis {
  const kind = kindOf(name);
  const frontMatter = frontMatterOf(text, kind, kindOf(previous?.name) === kind ? previous : undefined);
  const start = bodyStart(text, frontMatter);
  const bodyText = text.slice(start);
  const body =
    previous === undefined
      ? parseBody(bodyText, start)
      : updateBody(previous.body, previous.text.slice(previous.body.body.span.start), bodyText, start);
  const resolved = resolveBody(body.body, frontMatter.variables);
  return { text, name, frontMatter, body, resolved };
}

/** Reuses the previous facts if the text begins with identical front matter. */
function frontMatterOf(text: string, kind: SourceKind, previous: Analysis | undefined): FrontMatterFacts {
  const end = previous?.frontMatter.span?.end;
  if (previous !== undefined && end !== undefined) {
    // Includes the line break, because "---" followed by other text does not end the front matter.
    const kept = previous.text.slice(0, end + 1);
    if (kept.length > end && text.startsWith(kept)) return previous.frontMatter;
  }
  return readFrontMatter(text, kind);
}

function bodyStart(text: string, { span }: FrontMatterFacts): number {
  return span?.end ?? textStart(text);
}

/** The kind of a file's source; `prompt` if its path is not a prompt name. */
export function kindOf(name: PromptName | undefined): SourceKind {
  return name === undefined ? 'prompt' : sourceKindOf(name);
}
