/** Limits how deeply a template may nest. */
import { MAX_NESTING } from '../evaluate/max-nesting.ts';
import type { TemplateError } from './finding.ts';
import { tokensOf } from './tokens.ts';

/** Maximum depth of blocks and subexpressions: they are parsed and evaluated recursively. */
export const MAX_DEPTH = 100;
/** The number of `{{else if}}` one block may have: each nests in the one before. */
export const MAX_CHAIN = 500;
/** Maximum of both together, from the outermost block to the innermost: what an evaluation allows below a template. */
export const MAX_LEVELS = MAX_NESTING - 1;

/**
 * Finds the place where a template nests too deeply, using only the lexer: the parser takes quadratic time in the
 * depth, and everything after it is recursive.
 */
export function findTooDeep(template: string): TemplateError | undefined {
  if (!mayNestTooDeep(template)) return undefined;
  /** The number of `{{else if}}` of each enclosing block or call. */
  const around: number[] = [];
  let levels = 0;
  for (const { kind, start, text } of tokensOf(template)) {
    const told = (message: string): TemplateError => ({
      code: 'template-syntax',
      start,
      end: start + text.length,
      message,
    });
    if (SHALLOWER.has(kind) && around.length > 0) levels -= 1 + (around.pop() ?? 0);
    if (DEEPER.has(kind)) {
      around.push(0);
      levels += 1;
    }
    if (around.length > MAX_DEPTH)
      return told(
        `Blocks nest deeper than ${MAX_DEPTH} here. Move the inner ones into a partial, or flatten them.`,
      );
    const chain = (around.at(-1) ?? 0) + 1;
    if (kind === 'OPEN_INVERSE_CHAIN' && around.length > 0) {
      if (chain > MAX_CHAIN)
        return told(
          `A block has at most ${MAX_CHAIN} "{{else if}}". Look the text up in a list or object instead.`,
        );
      around[around.length - 1] = chain;
      levels += 1;
    }
    if (levels > MAX_LEVELS)
      return told(
        `Blocks nest deeper than ${MAX_LEVELS} here, and each "{{else if}}" nests in the one before. Look the text up in a list or object instead.`,
      );
  }
  return undefined;
}

/** Returns false if the tags alone show that the template is shallow: the lexer takes far longer. */
function mayNestTooDeep(template: string): boolean {
  let opened = 0;
  for (const _ of template.matchAll(/\(|\{\{~?[#^{]/g)) if (++opened > MAX_DEPTH) break;
  let chained = 0;
  for (const _ of template.matchAll(/\{\{~?\s*else\s/g)) if (++chained > MAX_LEVELS - MAX_DEPTH) return true;
  if (opened <= MAX_DEPTH) return false;
  // Escapes, comments and raw blocks may contain what looks like a tag.
  if (/\\\{\{|\{\{~?!|\{\{\{\{/.test(template)) return true;
  let depth = 0;
  for (let tag = template.indexOf('{{'); tag >= 0; tag = template.indexOf('{{', INSIDE_TAG.lastIndex)) {
    const kind = template[template[tag + 2] === '~' ? tag + 3 : tag + 2];
    if (kind === '#' || kind === '^') depth += 1;
    else if (kind === '/') depth -= 1;
    let within = depth;
    INSIDE_TAG.lastIndex = tag + 2;
    for (;;) {
      if (within > MAX_DEPTH) return true;
      const [piece] = INSIDE_TAG.exec(template) ?? [];
      // The parser refuses a tag that is not closed, and reads no further.
      if (piece === undefined) return false;
      if (piece === '}}') break;
      if (piece === '(') within += 1;
      else if (piece === ')') within -= 1;
    }
  }
  return false;
}

/** The end of a tag, its parentheses, and strings and names in brackets, which may contain these as text. */
const INSIDE_TAG = /\}\}|[()]|"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]/g;

const DEEPER = new Set(['OPEN_BLOCK', 'OPEN_PARTIAL_BLOCK', 'OPEN_INVERSE', 'OPEN_RAW_BLOCK', 'OPEN_SEXPR']);
const SHALLOWER = new Set(['OPEN_ENDBLOCK', 'END_RAW_BLOCK', 'CLOSE_SEXPR']);
