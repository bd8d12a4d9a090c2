/** Version numbers and references. A version is written as `support/triage@12` everywhere. */
import { type PromptName, parsePromptName } from './name.ts';
import { Problem } from './problem.ts';

declare const versionNumberBrand: unique symbol;
/** 1, 2, 3 … per prompt. */
export type VersionNumber = number & { readonly [versionNumberBrand]: true };

export function isVersionNumber(value: unknown): value is VersionNumber {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** The number in `text`, or the number itself. @throws Problem `invalid_request` */
export function parseVersionNumber(value: string | number): VersionNumber {
  const number = typeof value === 'string' && /^[1-9][0-9]{0,14}$/.test(value) ? Number(value) : value;
  if (isVersionNumber(number)) return number;
  throw new Problem(
    'invalid_request',
    `"${String(value).slice(0, 40)}" is not a version number: use 1, 2, 3 …`,
  );
}

/** `support/triage@12` */
export type VersionReference = `${string}@${number}`;

export function versionReference(prompt: PromptName, version: VersionNumber): VersionReference {
  return `${prompt}@${version}`;
}

/** The parts of `support/triage@12`. @throws Problem `invalid_name` or `invalid_request` */
export function parseVersionReference(text: string): { prompt: PromptName; version: VersionNumber } {
  const at = text.lastIndexOf('@');
  if (at < 0)
    throw new Problem(
      'invalid_request',
      `"${text.slice(0, 60)}" is not a version reference: write it as support/triage@12.`,
    );
  return { prompt: parsePromptName(text.slice(0, at)), version: parseVersionNumber(text.slice(at + 1)) };
}
