/** A version as a registry would give it. */
import type { Version } from '../../src/contract/prompts.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';

export function aVersion(source: string, changes: Partial<Version> = {}): Version {
  return {
    prompt: parsePromptName('support/triage'),
    version: parseVersionNumber(1),
    digest: digestOf(source),
    base: null,
    message: 'first',
    author: 'mara.lindqvist',
    publishedAt: '2026-11-01T10:00:00.000Z',
    bytes: Buffer.byteLength(source),
    partials: {},
    source,
    ...changes,
  };
}
