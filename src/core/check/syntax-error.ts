/** Explains a syntax error of Handlebars' parser: one sentence that leads to the fix, and its position. */
import { parser } from '../parser.ts';
import { lineStarts, offsetOf } from '../template-position.ts';
import type { TemplateError } from './finding.ts';
import { explainToken, type RefusedToken } from './refused-token.ts';
import { type LexerToken, nameAfter, tokensOf } from './tokens.ts';
import { wrongBlock } from './wrong-block.ts';

/** Explains the parser's exception. Must run right after it: the lexer is still at the token that the parser did not accept. */
export function explainSyntaxError(error: unknown, template: string, linesBefore: number): TemplateError {
  const { yylloc, yytext } = parser.lexer;
  const lines = lineStarts(template);
  const { message } = error as Error;
  const expected = /Expecting (.*), got '(\w+)'$/.exec(message);
  const kind = expected?.[2] ?? '';
  const isEnd = kind === 'EOF' || kind === '1';
  const start = isEnd ? template.length : offsetOf(lines, yylloc.first_line, yylloc.first_column);
  const refused: RefusedToken = {
    kind: isEnd ? 'EOF' : kind,
    expected: expected?.[1] ?? '',
    text: yytext.split(/[\r\n]/)[0] ?? '',
    start,
    end: isEnd ? start : Math.min(template.length, start + Math.max(1, yytext.length)),
  };
  const tokens = [...tokensOf(template)];
  const before = tokens.filter(token => token.start < start);
  return (
    wrongBlock(template, tokens, { lines, linesBefore }, refused) ??
    ownError(error, refused, lines) ??
    unclosedText(error, tokens, isEnd, template) ??
    explainToken(refused, before, template)
  );
}

/** Cases in which the parser throws its own errors. */
function ownError(
  error: unknown,
  refused: RefusedToken,
  lines: readonly number[],
): TemplateError | undefined {
  const { message, lineNumber, column, endLineNumber, endColumn } = error as Error & {
    readonly lineNumber?: number;
    readonly column?: number;
    readonly endLineNumber?: number;
    readonly endColumn?: number;
  };
  const code = 'template-syntax';
  if (message.startsWith('Unexpected inverse')) {
    const { start, end } = refused;
    return {
      code,
      start,
      end,
      message: 'An inline partial has no "{{else}}". Remove it, or put {{#if}} inside.',
    };
  }
  if (lineNumber === undefined || column === undefined) return undefined;
  const start = offsetOf(lines, lineNumber, column);
  const end = offsetOf(lines, endLineNumber ?? lineNumber, endColumn ?? column + 1);
  const [, path] = /^Invalid path: (.*?)(?: - \d+:\d+)?$/s.exec(message) ?? [];
  if (path !== undefined)
    return {
      code,
      start,
      end,
      message: `"${path}" is not a valid path: "this", "." and ".." can only come first.`,
    };
  const [, name, other] = /^(.*?) doesn't match (.*?)(?: - \d+:\d+)?$/s.exec(message) ?? [];
  return name === undefined
    ? undefined
    : {
        code,
        start,
        end,
        message:
          name === other
            ? PLAIN_NAME
            : `The raw block "{{{{${name}}}}}" is closed by "{{{{/${other}}}}}": write "{{{{/${name}}}}}".`,
      };
}

/** Explains a comment or raw block without an end, for which the lexer names no token. */
function unclosedText(
  error: unknown,
  tokens: readonly LexerToken[],
  isEnd: boolean,
  template: string,
): TemplateError | undefined {
  const raw = tokens.findLast(({ kind }) => kind === 'OPEN_RAW_BLOCK' || kind === 'END_RAW_BLOCK');
  const isOpen = raw?.kind === 'OPEN_RAW_BLOCK';
  if (!(error as Error).message.startsWith('Lexical error'))
    return isOpen && isEnd && tokens.some(({ kind }) => kind === 'CLOSE_RAW_BLOCK')
      ? unclosedRaw(raw, tokens, template)
      : undefined;
  const after = tokens.at(-1)?.start ?? 0;
  const comment = template.slice(after).search(/\{\{~?!--/);
  if (!isOpen || comment >= 0) {
    const start = after + Math.max(0, comment);
    const message = 'The comment that begins here is never closed: add "--}}".';
    return { code: 'template-syntax', start, end: Math.min(template.length, start + 5), message };
  }
  return unclosedRaw(raw, tokens, template);
}

const PLAIN_NAME =
  'A raw block has a plain name, without dots, brackets or quotes: write {{{{raw}}}}…{{{{/raw}}}}.';

function unclosedRaw({ start }: LexerToken, tokens: readonly LexerToken[], template: string): TemplateError {
  const name = nameAfter(
    tokens,
    tokens.findIndex(token => token.start === start),
  );
  const [tag] = /^\{{4}[^{}]*\}{4}/.exec(template.slice(start, start + 200)) ?? [];
  const written = tag?.slice(4, -4).trim() ?? '';
  // Handlebars' lexer finds only the end of a raw block with a plain name.
  if (/^(?:\[[^\]]*\]|\S+)$/.test(written) && template.includes(`{{{{/${written}}}}}`, start))
    return { code: 'unclosed-block', start, end: start + (tag?.length ?? 4), message: PLAIN_NAME };
  const instead = tag === undefined ? '' : ` For a variable, write two braces, "${tag.slice(2, -2)}".`;
  return {
    code: 'unclosed-block',
    start,
    end: start + (tag?.length ?? 4),
    message: `The raw block that begins here is never closed: add "{{{{/${name}}}}}".${instead}`,
    data: { name },
  };
}
