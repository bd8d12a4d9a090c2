/** Reads the input of a rendering from YAML or JSON files or stdin. */
import * as z from 'zod';
import { message } from '../contract/prompts.ts';
import type { RenderRequest } from '../core/render.ts';
import { positionAt } from '../core/source-position.ts';
import { isOfUnkept, MAX_ALIAS_COUNT, unkeptParts } from '../core/yaml-document.ts';
import { readYaml } from '../core/yaml-places.ts';
import { TOO_MANY_ALIASES } from '../core/yaml-words.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { readBytes } from './read-bytes.ts';

type Message = NonNullable<RenderRequest['messages']>[number];

const STDIN = '-';
const LONGEST = { bytes: 8 * 1024 * 1024, sentence: 'The input may have at most 8 MiB.' };

/**
 * Reads the values by variable name; an empty file is an empty input.
 * @throws CommandFailure with file, line and column if it is not UTF-8, not YAML or JSON, or not an object
 */
export async function readInput(path: string): Promise<Record<string, unknown>> {
  const { value, label } = await readValue(path);
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new CommandFailure(
      EXIT.invalid,
      `${label}:1:1: The input must give values by name, such as {"ticket": "My card is blocked."}.`,
    );
  return value as Record<string, unknown>;
}

/** Reads earlier messages, a list as in the API. @throws CommandFailure as `readInput` */
export async function readMessages(path: string): Promise<readonly Message[]> {
  const { value, label } = await readValue(path);
  const messages = z.array(message).safeParse(value ?? []);
  if (messages.success) return messages.data as unknown as readonly Message[];
  const [issue] = messages.error.issues;
  const isRole = issue?.path.at(-1) === 'role';
  const where = issue?.path.length ? ` Look at ${issue.path.map(key => `[${String(key)}]`).join('')}.` : '';
  throw new CommandFailure(
    EXIT.invalid,
    `${label}: The messages must be a list such as [{"role": "user", "content": [{"text": "Hello"}]}].${where}${isRole ? ` ${issue.message}` : ''}`,
  );
}

async function readValue(path: string): Promise<{ value: unknown; label: string }> {
  const label = path === STDIN ? 'stdin' : path;
  return { value: parseValue(decode(await readBytes(path, LONGEST), label), label), label };
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

function parseValue(text: string, label: string): unknown {
  const { problems, document } = readYaml(text, 0);
  const refuse = (offset: number, message: string, cause?: unknown): CommandFailure => {
    const { line, column } = positionAt(text, offset);
    return new CommandFailure(EXIT.invalid, `${label}:${line}:${column}: ${message}`, { cause });
  };
  const wrong = problems.find(({ isDoubtful, message }) => !isDoubtful && !isOfUnkept(message));
  if (wrong !== undefined) throw refuse(wrong.span.start, `The input is not YAML or JSON: ${wrong.message}`);
  const [unkept] = document === undefined ? [] : unkeptParts(document);
  if (unkept !== undefined) throw refuse(unkept.start, unkept.message);
  try {
    return document?.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (cause) {
    throw refuse(0, `The input is not YAML or JSON: ${TOO_MANY_ALIASES}`, cause);
  }
}
