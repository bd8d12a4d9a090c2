/** Named arguments that a helper ignores, so that a misspelt one does nothing. */
import { HELPERS, type KnownHelper } from '../../core/helpers.ts';
import { nearest } from '../../core/near.ts';
import type { Analysis } from '../analysis.ts';
import { type Finding, MAX_FINDINGS } from '../finding.ts';
import type { Call } from '../nodes.ts';

export function unknownOptions({ resolved }: Analysis): Finding[] {
  const findings: Finding[] = [];
  for (const { name, known, call } of resolved.helpers) {
    const helper = known ? HELPERS.get(name) : undefined;
    if (helper !== undefined && !helper.anyOption) findings.push(...unknownIn(call, helper));
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}

function unknownIn({ hash }: Call, { name, options }: KnownHelper): readonly Finding[] {
  const names = options.map(option => option.name);
  return hash
    .filter(pair => !names.includes(pair.name))
    .map(({ name: written, span }) => {
      const near = nearest(written, names);
      const there =
        names.length === 0 ? 'it takes none' : `there is ${names.map(each => `${each}=`).join(', ')}`;
      return {
        code: 'unknown-option',
        span,
        message: `"${name}" does nothing with "${written}=": ${near === undefined ? `${there}.` : `did you mean "${near}="?`}`,
        data: near === undefined ? { name } : { name, near },
      };
    });
}
