/** Finds text that is forbidden anywhere in a prompt: too much, NUL, half characters, secrets. */
import { NUL } from '../../../core/check/check-template.ts';
import { secretsIn } from '../../../core/secrets.ts';
import { MAX_SOURCE_BYTES } from '../../../core/source.ts';
import type { Finding } from '../../results/finding.ts';

/** The maximum number of findings. */
const MAX_FINDINGS = 100;
const WRONG = /\0|\p{Surrogate}/gu;

/** NUL, which a template cannot contain, lone surrogates, which UTF-8 cannot encode, and a text over 1 MiB. */
export function invalidText(text: string): Finding[] {
  const findings: Finding[] = [];
  if (text.length * 3 > MAX_SOURCE_BYTES && Buffer.byteLength(text, 'utf8') > MAX_SOURCE_BYTES)
    findings.push({
      code: 'invalid-text',
      span: { start: 0, end: 1 },
      message: 'This prompt has more than 1 MiB of text. Split it into partials.',
    });
  if (text.isWellFormed() && !text.includes('\0')) return findings;
  for (const { index: start, 0: found } of text.matchAll(WRONG)) {
    const message =
      found === '\0'
        ? NUL
        : 'This is a lone surrogate, half of a character, which UTF-8 cannot encode. Remove it.';
    findings.push({ code: 'invalid-text', span: { start, end: start + 1 }, message });
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}

/** Text that looks like a provider's key. The message names the provider and never quotes the text. */
export function secrets(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { what, start, end } of secretsIn(text)) {
    findings.push({
      code: 'looks-like-a-secret',
      span: { start, end },
      message: `This looks like ${what}. Anyone who reads the prompt could use it: revoke it, and remove it from the text.`,
    });
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}
