/** Counts tokens like OpenAI's models; other vendors' encodings are not public, so their counts are estimates. */
import { cl100k_base } from 'gpt-tokenizer/modelsMap';
import type { Tokens } from './outcome.ts';

export type EncodingName = 'o200k_base' | 'cl100k_base';

/** Above this, counting takes too long for a preview. In UTF-16 code units. */
const MAX_LENGTH = 1_000_000;
/** The sum of squared lengths of unbroken runs: merging the bytes of a run takes quadratic time. */
const MAX_EFFORT = 100_000_000;
/** Approximately where the encodings split a text before they merge bytes. */
const RUNS = /[\p{L}\p{M}]+|\s+|[^\s\p{L}\p{M}]+/gu;

/** The encoding of a model such as `openai/gpt-4`; `o200k_base`, that of OpenAI's newer ones, if it is unknown. */
export function encodingOf(model: string | undefined): EncodingName {
  const name = model?.slice(model.lastIndexOf('/') + 1);
  return name !== undefined && cl100k_base.includes(name) ? 'cl100k_base' : 'o200k_base';
}

/** Counts one text's tokens. */
export type CountTokens = (text: string) => number;

/** Loads an encoding, about a megabyte, and reads its table: a few tenths of a second. */
export async function loadEncoding(encoding: EncodingName): Promise<CountTokens> {
  const { countTokens } =
    encoding === 'cl100k_base'
      ? await import('gpt-tokenizer/encoding/cl100k_base')
      : await import('gpt-tokenizer/encoding/o200k_base');
  // "<|endoftext|>" in a prompt is plain text, as prompts have no special tokens.
  const everythingIsText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
  countTokens('', everythingIsText);
  return text => countTokens(text, everythingIsText);
}

/** Why the texts are not counted; undefined if they are. */
export function reasonNotToCount(texts: readonly string[]): string | undefined {
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_LENGTH)
    return 'The text has over a million characters.';
  let effort = 0;
  for (const text of texts) for (const [run] of text.matchAll(RUNS)) effort += run.length ** 2;
  return effort > MAX_EFFORT ? 'The text has very long words.' : undefined;
}

export function counted(texts: readonly string[], encoding: EncodingName, count: CountTokens): Tokens {
  return { count: texts.reduce((sum, text) => sum + count(text), 0), encoding };
}
