/** Prompts, versions and pointers as the registry gives them, each with only what a test is about. */

import type { StoredKeyState } from '../../src/client/choose-key.ts';
import type { KeyRecord } from '../../src/contract/keys.ts';
import type { OwnersChangeRecord } from '../../src/contract/owners.ts';
import type { Promotion } from '../../src/contract/promotions.ts';
import type { Pointer, PromptSummary, VersionSummary } from '../../src/contract/prompts.ts';
import { parseChannel } from '../../src/core/channel.ts';
import { digestOf } from '../../src/core/digest.ts';
import { type EnvironmentName, parseEnvironmentName } from '../../src/core/environment.ts';
import type { FileState } from '../../src/core/file-state.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { Role } from '../../src/core/role.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { ListedPrompt } from '../../src/editor/explorer/listed-prompt.ts';

/** 2026-09-12 12:00 UTC, in milliseconds. */
export const NOW = Date.parse('2026-09-12T12:00:00.000Z');

export function aVersion(name: string, number: number, more: Partial<VersionSummary> = {}): VersionSummary {
  return {
    prompt: parsePromptName(name),
    version: parseVersionNumber(number),
    digest: digestOf(`${name}@${number}`),
    base: number === 1 ? null : parseVersionNumber(number - 1),
    message: `Message ${number}`,
    author: 'mara.lindqvist',
    publishedAt: '2026-09-10T12:00:00.000Z',
    bytes: 1200,
    partials: {},
    ...more,
  };
}

export function aPointer(environment: string, channel: string, version: number): Pointer {
  return {
    environment: parseEnvironmentName(environment),
    channel: parseChannel(channel),
    version: parseVersionNumber(version),
    promotedAt: '2026-09-12T10:00:00.000Z',
    promotedBy: 'jonas.weber',
    promotion: `${environment}-${version}`,
  };
}

export function aSummary(name: string, newest: number, pointers: readonly Pointer[] = []): PromptSummary {
  return {
    name: parsePromptName(name),
    archived: false,
    newest: aVersion(name, newest),
    pointers: [...pointers],
    outdatedPartials: [],
  };
}

export function aListed(name: string, state?: FileState, summary?: PromptSummary): ListedPrompt {
  return {
    name: parsePromptName(name),
    summary,
    state,
    base: undefined,
    hasFile: state !== undefined && state !== 'deleted',
    isAbsent: false,
    isEdited: state === 'modified' || state === 'new' || state === 'conflict',
  };
}

export function aPromotion(environment: string, version: number, more: Partial<Promotion> = {}): Promotion {
  return {
    id: `${environment}-${version}`,
    prompt: parsePromptName('support/triage'),
    environment: parseEnvironmentName(environment),
    channel: parseChannel('stable'),
    version: parseVersionNumber(version),
    from: null,
    rollback: false,
    reason: 'Tested',
    state: 'applied',
    requestedBy: 'jonas.weber',
    requestedAt: '2026-09-12T10:00:00.000Z',
    appliedAt: '2026-09-12T10:00:00.000Z',
    effectiveAt: null,
    approvals: [],
    approvalsNeeded: 0,
    authors: [],
    owners: [],
    held: null,
    closed: null,
    supersededBy: null,
    release: null,
    ...more,
  };
}

export function anOwnersChange(more: Partial<OwnersChangeRecord> = {}): OwnersChangeRecord {
  return {
    id: '402',
    environment: parseEnvironmentName('production'),
    text: '* @dana\nsupport/** @sam\n',
    reason: 'Support answers for its prompts',
    state: 'pending',
    requestedBy: 'jonas.weber',
    requestedAt: '2026-09-12T10:00:00.000Z',
    appliedAt: null,
    approvals: [],
    approvalsNeeded: 1,
    canApprove: ['dana', 'sam'],
    closed: null,
    ...more,
  };
}

export function aKey(environment: string, role: Role): StoredKeyState {
  const who: KeyRecord = {
    id: 'abcdefghijkl',
    environment: parseEnvironmentName(environment),
    role,
    actor: 'mara.lindqvist',
    createdAt: '2026-09-01T00:00:00.000Z',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  };
  return { kind: 'known', who };
}

export function keysOf(
  ...keys: readonly (readonly [string, StoredKeyState])[]
): Map<EnvironmentName, StoredKeyState> {
  return new Map(keys.map(([name, state]) => [parseEnvironmentName(name), state]));
}
