/** Finds named arguments that a helper ignores, such as misspelled ones, and those that probably do not do what is intended. */
import { HELPERS, type KnownHelper } from '../../../core/helpers.ts';
import { nearest } from '../../../core/near.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import { type Finding, MAX_FINDINGS } from '../../results/finding.ts';
import type { HelperCall } from '../../syntax/nodes.ts';

export function unknownOptions({ resolved }: Analysis): Finding[] {
  const findings: Finding[] = [];
  for (const { name, known, call } of resolved.helpers) {
    const helper = known ? HELPERS.get(name) : undefined;
    if (helper !== undefined && !helper.anyOption) findings.push(...unknownIn(call, helper));
    if (name === 'json' && known) findings.push(...digitsAsIndent(call));
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}

/** `JSON.stringify` indents by a number of spaces, or by a literal text: `indent="2"` begins every line with a 2. */
function digitsAsIndent({ hash }: HelperCall): readonly Finding[] {
  return hash.flatMap(({ name, value }): readonly Finding[] => {
    if (name !== 'indent' || value.type !== 'literal' || typeof value.value !== 'string') return [];
    if (!/^\s*\d{1,9}\s*$/.test(value.value)) return [];
    const message = `This writes the text "${value.value}" before every line. To indent by that many spaces, write a number without quotes, as in indent=${Number(value.value)}.`;
    return [{ code: 'doubtful-option', span: value.span, message }];
  });
}

function unknownIn({ hash }: HelperCall, { name, options }: KnownHelper): readonly Finding[] {
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
