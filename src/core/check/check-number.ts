/** Numbers in a template that would be written with other digits, and words that only look like numbers. */
import type { TemplateErrorCode } from './finding.ts';

/** Returns an error for a number that Handlebars misreads. @param written the number as it is in the template */
export function checkNumber(
  written: string,
  value: number,
): { readonly code: TemplateErrorCode; readonly message: string } | undefined {
  return written === String(value) ? undefined : { code: 'inexact-number', message: OTHER_DIGITS };
}

const OTHER_DIGITS =
  'As a number, this would be written with other digits. Put it in quotes to keep them, as in "007".';

/**
 * Returns an error for a word that is meant as a number but that Handlebars reads as a variable, so that it has no
 * value: `1e3`, `0x10`, `1_000`.
 * @param written an argument as it is in the template
 */
export function checkNumberWord(
  written: string,
): { readonly code: TemplateErrorCode; readonly message: string } | undefined {
  if (!NUMBER_WORD.test(written)) return undefined;
  const shown = written.length > MAX_SHOWN ? 'this' : `"${written}"`;
  const message = `Handlebars reads ${shown} as the name of a variable. Write the number in decimal digits, such as 1000 or 0.5.`;
  return { code: 'literal-path', message };
}

const MAX_SHOWN = 40;
/** Each form begins with a digit and is bounded, so matching is linear. */
const NUMBER_WORD =
  /^[-+]?(?:0[xX][\da-fA-F]+n?|0[oO][0-7]+n?|0[bB][01]+n?|\d+(?:_\d+)*(?:\.\d[\d_]*)?(?:[eE][-+]?\d+)?n?|\p{Nd}+|Infinity|NaN)$/u;
