/** Messages for tags that no input can make right because of other tags, or of the branch that they are in. */
import { isBefore, type Node } from '../syntax-tree.ts';
import { isPropertyOfText } from './context-kind.ts';
import type { TemplateError } from './finding.ts';
import type { Conflict, Need } from './known-values.ts';

export interface ContradictionFault extends Pick<TemplateError, 'code' | 'message'> {
  readonly node: Node;
  /** True if it is at the call of a partial in another file, or because of one. */
  readonly isLinked: boolean;
}

/** Describes a conflict, reported at its `need` and because of `other`. */
export function contradictionFault(
  { at, need, other }: Conflict & { readonly other: Need },
  linesBefore: number,
): ContradictionFault {
  const isOwn = at.key === need.value.key;
  const hasValue = isOwn || isPropertyOfText(need.value.name);
  const never = hasValue && typeof need.as === 'string' ? NEVER[need.as] : 'has no value';
  const code =
    isOwn && need.as === 'text'
      ? 'not-text'
      : isOwn && need.as === 'role'
        ? 'unknown-role'
        : 'wrong-arguments';
  const where = need.call === undefined ? '' : `In the partial "${need.call.reference}", `;
  const node = need.call?.node ?? need.node;
  const isLinked = [need, other].some(({ call }) => call?.isLinked === true);
  const because = why(other, { reported: need, key: at.key, linesBefore });
  return { code, node, isLinked, message: `${where}"${need.path}" ${never} ${because}` };
}

const NEVER = {
  text: 'is never a text',
  role: 'is never a role',
  name: 'is never the name of a section',
  url: 'is never a URL',
  value: 'has no value',
} as const;

const IS = {
  text: 'is a text or empty',
  role: 'is a role',
  name: 'is a name',
  url: 'is a URL',
  value: 'has a value',
} as const;

/** The place of a need in the template that is checked: for a need of a partial, that of the call. */
export function placeOf({ call, node }: Need): Node['loc'] {
  return (call?.node ?? node).loc;
}

interface Reported {
  readonly reported: Need;
  /** The key of the value that would have to be of two sorts. */
  readonly key: string;
  readonly linesBefore: number;
}

function why(need: Need, { reported, key, linesBefore }: Reported): string {
  const { as, path, value, call } = need;
  const line = placeOf(need).start.line + linesBefore;
  if (call !== undefined)
    return `here: the partial "${call.reference}" in line ${line} needs another value. Use one of them, or put each in a branch of its own.`;
  if (typeof as === 'object') {
    const { start } = placeOf(reported);
    const { loc: branch } = as.block;
    return isBefore(start, branch.start) || isBefore(branch.end, start)
      ? `where "${path}" in line ${line} ${as.condition}. Put each in a branch of its own.`
      : `here: this branch runs only if "${path}" in line ${line} ${as.condition}. Use it in another branch.`;
  }
  const because =
    value.key === key
      ? `where "${path}" in line ${line} ${IS[as]}`
      : `here: "${path}" in line ${line} needs it to be an object`;
  return `${because}. Use one of them, or put each in a branch of its own.`;
}
