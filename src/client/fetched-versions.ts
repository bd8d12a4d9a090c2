/** Versions from the registry: the size of batches, and the check that a version is the requested one. */
import type { Version } from '../contract/prompts.ts';
import { digestOf } from '../core/digest.ts';
import { versionReference } from '../core/version.ts';
import { wrongShape } from './answer.ts';
import type { VersionIdentity } from './registry-queries.ts';
import { RegistryUnreachable } from './unreachable.ts';

/**
 * Limits of a batch: its references, as the API allows, and the size of their sources, so that a response stays small.
 */
const MAX_BATCH_REFERENCES = 500;
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

export function checkAnswered(found: Version, asked: Partial<Version>, url: string): void {
  if (asked.prompt !== undefined && found.prompt !== asked.prompt)
    throw wrongShape(url, `it is of the prompt "${found.prompt}"`);
  if (asked.version !== undefined && found.version !== asked.version)
    throw wrongShape(url, `it is version ${found.version}`);
  if (digestOf(found.source) !== found.digest) throw digestMismatch(found, url);
}

export function digestMismatch(found: Version, url: string): RegistryUnreachable {
  const reference = versionReference(found.prompt, found.version);
  return new RegistryUnreachable(
    'digest_mismatch',
    url,
    `The source of ${reference} does not have the digest that the registry gave for it, so it was not used. A published version never changes: tell the operator of ${url}.`,
  );
}

/** Splits versions into batches within these limits. */
export function batchesOf(versions: readonly VersionIdentity[]): VersionIdentity[][] {
  const batches: VersionIdentity[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const version of versions) {
    const last = batches.at(-1);
    bytes += version.bytes ?? 0;
    if (last !== undefined && last.length < MAX_BATCH_REFERENCES && bytes <= MAX_BATCH_BYTES)
      last.push(version);
    else {
      batches.push([version]);
      bytes = version.bytes ?? 0;
    }
  }
  return batches;
}
