/**
 * What there is to say of a source before the database is asked: reading a long one takes its time, and while one
 * transaction writes all others wait.
 */
import { type Digest, digestOf } from '../../core/digest.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { readMetadata } from '../../core/render.ts';
import { checkSourceText, parseSource } from '../../core/source.ts';
import { checkNoIssues, partialUses, sourceIssues } from '../../core/template.ts';

export interface PreparedSource {
  readonly source: string;
  readonly digest: Digest;
  /** UTF-8 */
  readonly bytes: number;
  readonly usesPartials: boolean;
  /** What is wrong with its text, its front matter's YAML or its template. */
  readonly flaw: Problem | undefined;
  /** What is wrong with its front matter's schemas. */
  readonly schemaFlaw: Problem | undefined;
}

/** Never rejects with a `Problem`: what is wrong is told when its turn comes. */
export async function prepareSource(name: PromptName, source: string): Promise<PreparedSource> {
  const flaw = await problemOf(() => {
    checkSourceText(source);
    checkNoIssues(sourceIssues(source, parseSource(source)), name);
  });
  return {
    source,
    digest: digestOf(source),
    bytes: Buffer.byteLength(source, 'utf8'),
    usesPartials: flaw === undefined && usesPartials(source),
    flaw,
    schemaFlaw: flaw === undefined ? await problemOf(() => readMetadata(source, name)) : undefined,
  };
}

/** Also true where a name of a partial is wrong: linking tells where. */
function usesPartials(source: string): boolean {
  try {
    return partialUses(parseSource(source).template).length > 0;
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return true;
  }
}

async function problemOf(check: () => unknown): Promise<Problem | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return error;
  }
}
