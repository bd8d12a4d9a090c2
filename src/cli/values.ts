/** Parses the values of options and arguments; an invalid one is a usage error. */
import { resolve } from 'node:path';
import { InvalidArgumentError, type Option } from 'commander';
import { registryAddress, validateRegistryUrl } from '../client/address.ts';
import { parseChannel } from '../core/channel.ts';
import { parseEnvironmentName } from '../core/environment.ts';
import { parseKey } from '../core/key.ts';
import { parsePromptName } from '../core/name.ts';
import { nearest } from '../core/near.ts';
import { Problem } from '../core/problem.ts';
import { isBlank } from '../core/visible-text.ts';
import { trustedProxies } from '../registry/serving/client-address.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** Adapts a parser of the domain for commander: its errors become invalid arguments. */
function argument<T>(parse: (text: string) => T): (text: string) => T {
  return text => {
    try {
      return parse(text);
    } catch (error) {
      if (Problem.is(error)) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** Parses a lower-case name, and suggests it if only the case differs. */
function lowerCase<T>(parse: (text: string) => T): (text: string) => T {
  return text => {
    try {
      return parse(text);
    } catch (error) {
      const lower = text.trim().toLowerCase();
      if (!Problem.is(error) || lower === text || !isFine(() => parse(lower))) throw error;
      throw new InvalidArgumentError(`${error.message} Did you mean "${lower}"?`);
    }
  };
}

function isFine(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false; // an error means no
  }
}

export const environmentArgument = argument(lowerCase(parseEnvironmentName));
export const promptArgument = argument(parsePromptName);
export const channelArgument = argument(lowerCase(parseChannel));

/** A text that must not be blank, as the value of an unset shell variable is: a path, an address or a reason. */
export function givenArgument(text: string): string {
  if (!isBlank(text)) return text;
  throw new InvalidArgumentError('It is empty. Check whether a shell variable is not set.');
}

/**
 * Like `givenArgument`, as an absolute path.
 * @throws CommandFailure for a URL, without repeating more than its scheme: it may contain a password
 */
export function pathArgument(text: string): string {
  const scheme = schemeOf(text);
  if (scheme !== undefined)
    throw new CommandFailure(
      EXIT.usage,
      `"${scheme}://…" is a URL, but a path is needed here. Give a database with --database.`,
    );
  return resolve(givenArgument(text));
}

/** The scheme of a text in the form of an address; undefined for a path. */
export function schemeOf(text: string): string | undefined {
  return /^\s*([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1];
}

/** A registry's URL, without a trailing slash. */
export function addressArgument(text: string): string {
  const why = validateRegistryUrl(text);
  if (why !== undefined) throw new InvalidArgumentError(why);
  return registryAddress(text);
}

/** Parses `latest,stable`: ordered, without duplicates. */
export const channelsArgument = argument((text: string) => {
  const channels = text.split(',').map(part => lowerCase(parseChannel)(part.trim()));
  if (new Set(channels).size !== channels.length)
    throw new InvalidArgumentError('It contains a channel twice.');
  return channels;
});

/** The address of a proxy, or a block of addresses. */
export const proxyArgument = argument((text: string) => {
  trustedProxies([text]);
  return text;
});

/** Parses `one,two` with `parse` for each. */
export function listArgument<T>(parse: (text: string) => T): (text: string) => T[] {
  return text => text.split(',').map(part => parse(part.trim()));
}

/** Parses one of these words. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return text => {
    const word = words.find(each => each === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`${suggestionFor(text, words)}Write one of ${words.join(', ')}.`);
  };
}

/** The suggested word, as a question; empty if none is similar. */
function suggestionFor(text: string, words: readonly string[]): string {
  const near = nearest(text, words);
  return near === undefined ? '' : `Did you mean "${near}"? `;
}

/** An option with a fixed list of values, which its help shows. */
export function choice(option: Option, words: readonly string[]): Option {
  return option.choices(words).argParser(oneOf(words));
}

/** The format that --format and --json request together. @throws CommandFailure if they request two */
export function formatOf<Format extends string>(
  format: Format | 'text' | 'json',
  json: true | undefined,
): Format | 'text' | 'json' {
  if (json === undefined) return format;
  if (format === 'text' || format === 'json') return 'json';
  throw new CommandFailure(EXIT.usage, `--format ${format} and --json cannot be combined. Remove one.`);
}

export function booleanArgument(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new InvalidArgumentError(`${suggestionFor(text, ['true', 'false'])}Write true or false.`);
}

/** A whole number from `minimum` to `maximum`. */
export function numberArgument(minimum: number, maximum: number): (text: string) => number {
  return text => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= minimum && number <= maximum) return number;
    throw new InvalidArgumentError(`Write a whole number from ${minimum} to ${maximum}.`);
  };
}

/** The id of a key, or the whole key, because a person who found a leaked key has only that. */
export const keyIdArgument = argument((text: string) => (text.startsWith('pf_') ? parseKey(text).id : text));
