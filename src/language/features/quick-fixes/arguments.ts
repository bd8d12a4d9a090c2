/** Removes surplus arguments of a helper call. */
import { arityOf, HELPERS } from '../../../core/helpers.ts';
import type { LibraryPrompt } from '../../analysis/library.ts';
import type { HelperUse } from '../../names/resolved.ts';
import type { Finding } from '../../results/finding.ts';
import { editing, type QuickFix } from './quick-fix.ts';

/** Removes the arguments that the helper does not accept, or the block parameters that it does not set. */
export function removeArguments({ uri, analysis }: LibraryPrompt, { span }: Finding): QuickFix[] {
  const { text, resolved } = analysis;
  for (const use of resolved.helpers) {
    const named = use.block?.blockParams ?? [];
    if (named[0]?.span.start === span.start) {
      const end = text.indexOf('|', named.at(-1)?.span.end) + 1;
      const start = use.call.span.end;
      return end === 0
        ? []
        : [editing(uri, `Remove "${text.slice(start, end).trim()}"`, [{ span: { start, end }, text: '' }])];
    }
    if (use.span.start === span.start) return removeExtra(uri, text, use);
  }
  return [];
}

function removeExtra(uri: string, text: string, { name, span, call }: HelperUse): QuickFix[] {
  const helper = HELPERS.get(name);
  const last = call.params.at(-1);
  if (helper === undefined || last === undefined) return [];
  const { most } = arityOf(helper);
  if (call.params.length <= most) return [];
  const kept = most === 0 ? span : call.params[most - 1]?.span;
  const extra = { start: kept?.end ?? span.end, end: last.span.end };
  const shown = text.slice(extra.start, extra.end).trim();
  const title = shown.length > 40 ? 'Remove what it does not take' : `Remove "${shown}"`;
  return [editing(uri, title, [{ span: extra, text: '' }])];
}

/** Removes a named argument, with the blank before it. */
export function removeOption({ uri, analysis }: LibraryPrompt, { span, data }: Finding): QuickFix[] {
  const { text, resolved } = analysis;
  for (const { call } of resolved.helpers) {
    const pair = call.hash.find(each => each.span.start === span.start);
    if (pair === undefined) continue;
    let { start } = pair.span;
    while (/\s/.test(text[start - 1] ?? '')) start -= 1;
    const title = `Remove "${pair.name}="`;
    const edits = [{ span: { start, end: pair.value.span.end }, text: '' }];
    return [editing(uri, title, edits, data?.['near'] === undefined)];
  }
  return [];
}
