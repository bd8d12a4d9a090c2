/** The rendering for the page: text with positions, truncated at a reasonable length. */
import type { TracedMessage, TracedPart } from '../../core/trace.ts';
import { withReadablePaths } from '../files/virtual-path.ts';
import type { Rendering } from './messages.ts';
import type { PreviewOutcome } from './renderer/outcome.ts';

/** In UTF-16 code units. A longer page is slow and nobody reads it; copying includes everything. */
const MAX_SHOWN = 400_000;

/** @param the file with the problem, if it is a partial */
export function shownOf(outcome: PreviewOutcome, of?: string, limit: number = MAX_SHOWN): Rendering {
  if (outcome.kind !== 'rendered') {
    const issues = 'issues' in outcome ? (outcome.issues ?? []) : [];
    return {
      kind: outcome.kind,
      message: withReadablePaths(outcome.message),
      issues: issues.map(({ message, line, column }) => ({
        message: withReadablePaths(message),
        line,
        column,
      })),
      ...(of !== undefined && { of }),
    };
  }
  const { traced, characters, words, tokens } = outcome;
  let left = 0;
  let room = limit;
  const part = (part: TracedPart): TracedPart => {
    if (part.kind !== 'text') return part;
    const text = part.text.slice(0, room);
    left += part.text.length - text.length;
    room -= text.length;
    const isShown = ({ end }: { readonly end: number }) => end <= text.length;
    return { ...part, text, spans: part.spans.filter(isShown), stretches: part.stretches.filter(isShown) };
  };
  const messages = traced.messages.map(
    (message): TracedMessage => ({ ...message, parts: message.parts.map(part) }),
  );
  return {
    kind: 'rendered',
    hasRoles: traced.hasRoles,
    messages,
    missing: traced.missing,
    characters,
    words,
    tokens,
    left,
  };
}
