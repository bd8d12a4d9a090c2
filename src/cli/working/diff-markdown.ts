/** Diffs as Markdown (GitHub Flavored Markdown), for a comment on a pull request. */
import { redactKeys } from '../../core/key.ts';
import { visibleLines } from '../../core/visible-text.ts';

export interface DiffOfPrompt {
  readonly name: string;
  /** Unified. */
  readonly diff: string;
}

/** The limit of all diffs together, in UTF-16 code units: a comment on GitHub has at most 65,536 characters. */
const MAX_LENGTH = 55_000;
/** The number of sections that are expanded. */
const MAX_OPEN = 3;

/**
 * Writes each prompt's diff to its own code block, which the prompt's text cannot close. Diffs that do not fit are
 * omitted and listed. Keys in a prompt are redacted.
 */
export function diffMarkdown(diffs: readonly DiffOfPrompt[]): string {
  if (diffs.length === 0) return 'No prompt differs from the version it is based on.\n';
  const blocks: string[] = [];
  const left: string[] = [];
  let length = 0;
  for (const { name, diff } of diffs) {
    const block = blockOf(name, diff, diffs.length <= MAX_OPEN);
    if (length + block.length > MAX_LENGTH) left.push(name);
    else {
      blocks.push(block);
      length += block.length;
    }
  }
  return `${blocks.join('\n')}${left.length === 0 ? '' : `\n${leftOut(left)}\n`}`;
}

function blockOf(name: string, diff: string, isOpen: boolean): string {
  const text = visibleLines(redactKeys(diff)).replace(/\n$/, '');
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const open = isOpen ? ' open' : '';
  return `<details${open}><summary><code>${name}</code></summary>\n\n${fence}diff\n${text}\n${fence}\n\n</details>\n`;
}

const MAX_NAMED = 50;

function leftOut(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).map(name => `\`${name}\``);
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `The diffs of ${named.join(', ')}${more} are omitted, because the comment would be too long.`;
}
