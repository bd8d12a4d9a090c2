/** The result of each promotion of a release, and the problem of one that was refused as a whole. */
import type { ReleaseResult } from '../../contract/releases.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem, type ProblemCode } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';

interface Refused {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

/** The result of `work`, or the problem that it throws. */
export async function problemIn<T>(work: () => T | Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (Problem.is(error)) return error;
    throw error;
  }
}

export function refusedResult(
  { prompt, version }: Refused,
  { code, message }: Problem,
  promotion: string | null = null,
): ReleaseResult {
  return { prompt, version, outcome: 'refused', promotion, code, detail: message };
}

/** For a release of which nothing was done: the code is that of the first refused promotion. */
export function refusedWhole(failed: readonly ReleaseResult[]): Problem {
  const refused = failed.map(({ prompt, version, code, detail }) => ({
    prompt,
    version,
    code: code as ProblemCode,
    detail: detail ?? '',
  }));
  const [first, ...others] = refused;
  if (first === undefined) throw new Error('Nothing was refused.');
  const more = others.length === 0 ? '' : ` So it is with ${others.length} more of the release.`;
  return new Problem(
    first.code,
    `Nothing of the release was changed. ${versionReference(first.prompt, first.version)}: ${first.detail}${more}`,
    { refused },
  );
}
