/** Environments and their policies. All decisions based on a policy are here. */
import { type Channel, LATEST } from './channel.ts';
import { Problem } from './problem.ts';

declare const environmentBrand: unique symbol;
/** `development`, `staging`, `production`, or one of your own. */
export type EnvironmentName = string & { readonly [environmentBrand]: true };

export const ENVIRONMENT_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;

export function isEnvironmentName(text: string): text is EnvironmentName {
  return ENVIRONMENT_PATTERN.test(text);
}

/** @throws Problem `invalid_request` */
export function parseEnvironmentName(text: string): EnvironmentName {
  if (isEnvironmentName(text)) return text;
  throw new Problem(
    'invalid_request',
    `"${text.slice(0, 40)}" is not an environment name: use a–z, 0–9 and "-", beginning with a letter, at most 32 characters.`,
  );
}

/** docs/registry.md, "Environments". */
export interface Policy {
  /** Channels that keys of the environment may read; with `latest`, they are served drafts. */
  readonly serves: readonly Channel[];
  /** The exact versions that keys of it may read: any, or only those that a pointer has pointed to here. */
  readonly pins: 'any' | 'released';
  /** True if its author keys may publish. */
  readonly publishes: boolean;
  /** The environment in which a version must have been `stable` before; null: none. */
  readonly promoteFrom: EnvironmentName | null;
  /** The number of required approvals, without the requester's. */
  readonly approvals: number;
  readonly rollbackNeedsApproval: boolean;
  /** True if authors of a version that a promotion changes may approve it; otherwise they count as requesters. */
  readonly authorsMayApprove: boolean;
  /**
   * True if author keys may read the text of drafts: versions that were never live here or in `promoteFrom`. Always
   * true if author keys may publish or drafts are served.
   */
  readonly authorsReadDrafts: boolean;
}

/** Policy fields added later: older policies lack them. */
type Later = 'authorsMayApprove' | 'authorsReadDrafts';
/** A policy as stored, or as an older client sends it. */
export type KeptPolicy = Omit<Policy, Later> & { readonly [Field in Later]?: boolean | undefined };

/** By default, authors read drafts if they publish them or are served them. */
export function policyOf(kept: KeptPolicy): Policy {
  return {
    ...kept,
    authorsMayApprove: kept.authorsMayApprove ?? false,
    authorsReadDrafts: kept.authorsReadDrafts ?? handlesDrafts(kept),
  };
}

/** Returns whether its keys publish drafts or are served them, so that authors cannot be kept from reading them. */
export function handlesDrafts(policy: Pick<Policy, 'serves' | 'pins' | 'publishes'>): boolean {
  return policy.publishes || servesDrafts(policy);
}

export interface Environment {
  readonly name: EnvironmentName;
  readonly policy: Policy;
}

const names = { development: 'development', staging: 'staging', production: 'production' } as Record<
  'development' | 'staging' | 'production',
  EnvironmentName
>;

/** The environments of a new registry, in promotion order. Production requires `approvals`. */
export function defaultEnvironments(approvals: 0 | 1): Environment[] {
  const open = {
    pins: 'any',
    approvals: 0,
    rollbackNeedsApproval: false,
    authorsMayApprove: false,
    authorsReadDrafts: true,
  } as const;
  const both = ['latest', 'stable'] as Channel[];
  return [
    { name: names.development, policy: { ...open, serves: both, publishes: true, promoteFrom: null } },
    { name: names.staging, policy: { ...open, serves: both, publishes: false, promoteFrom: null } },
    {
      name: names.production,
      policy: {
        serves: ['stable'] as Channel[],
        pins: 'released',
        publishes: false,
        promoteFrom: names.staging,
        approvals,
        rollbackNeedsApproval: false,
        authorsMayApprove: false,
        authorsReadDrafts: false,
      },
    },
  ];
}

/** Returns true if its keys are served versions that were never live there. */
export function servesDrafts({ serves, pins }: Pick<Policy, 'serves' | 'pins'>): boolean {
  return pins === 'any' || serves.includes(LATEST);
}

/** @throws Problem `channel_not_served` */
export function checkChannelServed(environment: Environment, channel: Channel): void {
  if (environment.policy.serves.includes(channel)) return;
  const served = environment.policy.serves.join(', ');
  const why = channel === LATEST ? ' because it may be a draft' : '';
  throw new Problem(
    'channel_not_served',
    `${environment.name} does not serve the channel "${channel}"${why}. It serves: ${served}. Request one of these, or ask an admin to change the policy.`,
  );
}

/** @throws Problem `publishing_not_allowed` */
export function checkPublishes(environment: Environment): void {
  if (environment.policy.publishes) return;
  throw new Problem(
    'publishing_not_allowed',
    `Keys of ${environment.name} may not publish. Publish with an author key of an environment whose policy has "publishes", such as development, then promote.`,
  );
}
