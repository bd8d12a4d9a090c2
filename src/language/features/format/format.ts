/** Formats white space inside tags and in the front matter, which does not change what a prompt renders to. */
import type { Analysis } from '../../analysis/analysis.ts';
import { applyEdits, type TextEdit } from '../../results/edit.ts';
import { lex } from '../../syntax/lex.ts';
import { formatTags } from './format-tags.ts';
import { formatYaml } from './format-yaml.ts';

/** The options that editors pass. */
export interface FormatOptions {
  readonly tabSize: number;
  readonly insertSpaces: boolean;
}

/**
 * The minimal edits, in order. Text between tags is unchanged. The options have no effect: tags have no indentation,
 * and YAML always has two spaces.
 */
export function format(analysis: Analysis, _options: FormatOptions): TextEdit[] {
  return [...formatYaml(analysis), ...checkedTags(analysis)];
}

/** The edits of tags; none if Handlebars would then read other tokens. */
function checkedTags(analysis: Analysis): TextEdit[] {
  const edits = formatTags(analysis);
  const { text, body } = analysis;
  if (edits.length === 0) return edits;
  const { start } = body.body.span;
  const after = applyEdits(text, edits).slice(start);
  return shape(after) === shape(text.slice(start)) ? edits : [];
}

function shape(text: string): string {
  const { tokens, stuckAt } = lex(text, 0);
  const words = tokens.map(({ kind, text: word }) => [kind, kind === 'CONTENT' || isValue(kind) ? word : '']);
  return JSON.stringify([words, stuckAt === undefined]);
}

function isValue(kind: string): boolean {
  return (
    kind === 'ID' || kind === 'STRING' || kind === 'NUMBER' || kind === 'BOOLEAN' || kind === 'END_RAW_BLOCK'
  );
}
