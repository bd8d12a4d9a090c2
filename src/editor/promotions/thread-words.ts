/** The label of a thread. Pure. */
import { oneLine } from '../../core/visible-text.ts';
import type { ReviewThread } from './threads.ts';

/** `@9, line 5 · On a line that version 10 removed`. */
export function threadLabel(
  { version, line, shown, resolved = null }: Pick<ReviewThread, 'version' | 'line' | 'shown' | 'resolved'>,
  hasEnded: boolean,
): string {
  const gone = shown?.gone ?? null;
  return [
    line === null ? 'The whole promotion' : `@${version}, line ${line}`,
    ...(gone === null ? [] : [`On a line that version ${gone.version} ${gone.how}`]),
    ...(resolved === null ? [] : [`Resolved by ${oneLine(resolved.by)}`]),
    ...(hasEnded ? ['This promotion has ended'] : []),
  ].join(' · ');
}
