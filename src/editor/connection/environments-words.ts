/** The words of the view Environments. */
import type { StoredKeyState } from '../../client/choose-key.ts';
import type { Environment } from '../../core/environment.ts';
import type { ItemWords } from '../explorer/labels.ts';
import { instantOf, listed } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';

export interface EnvironmentWords extends ItemWords {
  readonly icon: string;
  /** Values for `when` clauses: `:key:`, `:nokey:`, `:stored:` (in a key store, so that it can be replaced). */
  readonly context: string;
}

/**
 * @param policy undefined if no key has shown it yet
 * @param stored true if keys of this registry are in a key store; the embedded registry has none
 */
export function environmentWords(
  name: string,
  policy: Environment['policy'] | undefined,
  key: StoredKeyState,
  stored: boolean,
): EnvironmentWords {
  const { icon, description, detail } = keyWords(key, name, stored);
  return {
    label: name,
    description,
    icon,
    tooltip: () =>
      [
        `**${escapeMarkdown(name)}**`,
        escapeMarkdown(detail),
        ...(policy === undefined ? [] : [policyWords(policy)]),
      ].join('\n\n'),
    spoken: `Environment ${name}: ${description}`,
    context: `:environment:${key.kind === 'none' ? 'nokey' : stored ? 'key:stored' : 'key'}:`,
  };
}

function keyWords(
  key: StoredKeyState,
  name: string,
  stored: boolean,
): { icon: string; description: string; detail: string } {
  switch (key.kind) {
    case 'none':
      return {
        icon: 'circle-outline',
        description: 'no key',
        detail: `No key for ${name} is stored.`,
      };
    case 'refused':
      return { icon: 'error', description: 'key refused', detail: key.why };
    case 'unasked':
      return {
        icon: 'question',
        description: 'not asked',
        detail: 'A key is stored, but the registry could not be reached.',
      };
    case 'known': {
      const { actor, role, expiresAt } = key.who;
      const until = expiresAt === null || !stored ? '' : ` The key expires on ${instantOf(expiresAt)}.`;
      return {
        icon: 'pass-filled',
        description: `${actor} · ${role}`,
        detail: `You are ${actor} here, with the role ${role}.${until}`,
      };
    }
  }
}

function policyWords(policy: Environment['policy']): string {
  const approvals =
    policy.approvals === 0
      ? 'Promotions take effect at once'
      : `Promotions need ${policy.approvals === 1 ? 'one approval' : `${policy.approvals} approvals`} by others`;
  const lines = [
    `Serves ${listed(policy.serves)}`,
    policy.pins === 'any'
      ? 'Serves any exact version'
      : 'Serves exact versions only if they were live here before',
    policy.publishes ? 'Author keys may publish' : 'Keys may not publish',
    policy.promoteFrom === null
      ? 'Any version may be promoted here'
      : `A version must have been live in ${policy.promoteFrom} first`,
    approvals,
    policy.rollbackNeedsApproval ? 'Rolling back needs approval too' : 'Rolling back takes effect at once',
    policy.authorsReadDrafts
      ? 'Author keys may read drafts'
      : `Author keys may read only what was live here${policy.promoteFrom === null ? '' : ` or in ${policy.promoteFrom}`}`,
    ...(policy.approvals === 0
      ? []
      : [
          policy.authorsMayApprove
            ? 'Authors may approve what they wrote'
            : 'Nobody approves what they wrote or requested',
        ]),
  ];
  return lines.map(line => `- ${escapeMarkdown(line)}`).join('\n');
}
