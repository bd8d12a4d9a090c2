/** The input of a rendering, from a YAML or JSON file or from stdin. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { LineCounter, parseDocument } from 'yaml';
import { CommandFailure, EXIT } from './exit-code.ts';

const STDIN = '-';
/** What aliases may expand to before the input is refused. */
const MAX_ALIAS_COUNT = 100;

/**
 * The values by variable name; nothing at all is an empty input.
 * @throws CommandFailure with file, line and column when it is not UTF-8, not YAML or JSON, or no object
 */
export async function readInput(path: string): Promise<Record<string, unknown>> {
  const label = path === STDIN ? 'stdin' : path;
  return parseInput(decode(await bytesOf(path), label), label);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  if (path === STDIN) return buffer(process.stdin);
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new CommandFailure(EXIT.environment, `The input ${path} cannot be read: ${why}. Check the path.`, {
      cause,
    });
  }
}

function decode(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandFailure(
      EXIT.invalid,
      `${label}: The input is not UTF-8. Save it with the encoding UTF-8.`,
      {
        cause,
      },
    );
  }
}

function parseInput(text: string, label: string): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new CommandFailure(
      EXIT.invalid,
      `${label}:${line}:${col}: The input is not YAML or JSON: ${error.message}`,
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(EXIT.invalid, `${label}: The input cannot be read: ${why}`, { cause });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new CommandFailure(
      EXIT.invalid,
      `${label}:1:1: The input must give values by name, such as {"ticket": "My card is blocked."}.`,
    );
  return value as Record<string, unknown>;
}
