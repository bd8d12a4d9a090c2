/** Checks a source before a transaction begins, because a long source takes time, and writes wait for one another. */
import { PARTIAL_BLOCK } from '../../core/check/inline-partials.ts';
import { type Digest, digestOf } from '../../core/digest.ts';
import { mayUsePartials } from '../../core/flatten.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { readMetadata } from '../../core/render.ts';
import { checkSourceText, locateFrontMatter, parseSource, sourceKindOf } from '../../core/source.ts';
import { checkNoIssues, partialUses, sourceIssues, withIssuesOf } from '../../core/template.ts';

export interface PreparedSource {
  readonly source: string;
  readonly digest: Digest;
  /** In UTF-8. */
  readonly bytes: number;
  readonly usesPartials: boolean;
  /** Errors in its text, its front matter's YAML or its template. */
  readonly flaw: Problem | undefined;
  /** Errors in the schemas of its front matter. */
  readonly schemaFlaw: Problem | undefined;
}

/** Never rejects with a `Problem`: errors are reported when their turn comes. */
export async function prepareSource(name: PromptName, source: string): Promise<PreparedSource> {
  const { flaw, usesPartials } = readSource(name, source);
  const hasFrontMatter = locateFrontMatter(source, sourceKindOf(name)) !== undefined;
  const isRead = flaw === undefined || flaw.code === 'invalid_source';
  const schemaFlaw = hasFrontMatter && isRead ? await schemaFlawOf(name, source) : undefined;
  return {
    source,
    digest: digestOf(source),
    bytes: Buffer.byteLength(source, 'utf8'),
    usesPartials,
    flaw: flaw === undefined ? undefined : withIssuesOf(flaw, schemaFlaw, name),
    schemaFlaw,
  };
}

/** In one step, while the last parsed template is still cached. */
function readSource(name: PromptName, source: string): Pick<PreparedSource, 'flaw' | 'usesPartials'> {
  try {
    checkSourceText(source);
    const parsed = parseSource(source, sourceKindOf(name));
    checkNoIssues(sourceIssues(source, parsed), name);
    return { flaw: undefined, usesPartials: usesPartials(parsed.template) };
  } catch (error) {
    return { flaw: asProblem(error), usesPartials: false };
  }
}

/** Also true for an invalid partial name, or a block that only partials have, because linking reports its position. */
function usesPartials(template: string): boolean {
  if (!mayUsePartials(template)) return false;
  try {
    return template.includes(PARTIAL_BLOCK) || partialUses(template).length > 0;
  } catch (error) {
    asProblem(error);
    return true;
  }
}

async function schemaFlawOf(name: PromptName, source: string): Promise<Problem | undefined> {
  try {
    await readMetadata(source, name, { kind: sourceKindOf(name) });
    return undefined;
  } catch (error) {
    return asProblem(error);
  }
}

function asProblem(error: unknown): Problem {
  if (Problem.is(error)) return error;
  throw error;
}
