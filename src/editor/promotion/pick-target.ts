/** Selects the target: an environment's channel, with what is live there and the policy. */
import type { PromptSummary } from '../../contract/prompts.ts';
import { type Channel, isChannel, LATEST, parsePointerChannel } from '../../core/channel.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Option } from '../asking/ask.ts';
import { draftName } from '../asking/draft-name.ts';
import type { Session } from '../connection/session.ts';
import { ageOf } from '../wording/age.ts';
import type { Workbench } from '../workbench.ts';
import type { PointerTarget } from './choices.ts';
import { noteOn } from './note-on.ts';
import { openAt, replacedNote } from './replaced.ts';

/** A channel that has no pointer yet. */
const ANOTHER = 'another';

/** @param version the candidate, if it is known: targets where it is already live are not offered */
export async function pickTarget(
  workbench: Workbench,
  summary: PromptSummary,
  targets: readonly PointerTarget[],
  version: VersionNumber | undefined,
  title: string,
): Promise<PointerTarget | undefined> {
  const { ask, session, promotions } = workbench;
  const open = targets.filter(target => target.live === undefined || target.live.version !== version);
  const now = Date.now();
  const options = open.map((target): Option<PointerTarget | typeof ANOTHER> => {
    const { environment, channel, live } = target;
    const waiting = openAt(promotions.promotions, summary.name, target);
    const notes = [
      noteOn(session, summary, target, 'promote', version),
      waiting && replacedNote(waiting, version),
    ].filter(note => note !== undefined);
    return {
      label: `${environment} · ${channel}`,
      description:
        live === undefined
          ? 'not set'
          : `@${live.version} · ${ageOf(live.promotedAt, now)} · ${live.promotedBy}`,
      icon: 'rocket',
      value: target,
      ...(notes.length > 0 && { detail: notes.join(' · ') }),
    };
  });
  const another: Option<typeof ANOTHER> = { label: 'Another channel…', icon: 'add', value: ANOTHER };
  const chosen = await ask.pick<PointerTarget | typeof ANOTHER>({
    title,
    placeholder: 'Select an environment',
    isFollowed: true,
    options: [...options, another],
  });
  if (chosen !== ANOTHER) return chosen;

  const environment = await ask.pick({
    title,
    placeholder: 'Select an environment for the new channel',
    isFollowed: true,
    options: session.environments.map(({ name }) => ({ label: name, value: name })),
  });
  if (environment === undefined) return undefined;
  const channel = await ask.text({
    title,
    draft: channelDraft(environment, session),
    prompt: `The channel in ${environment}. Applications request it by this name.`,
    placeholder: 'canary',
    isFollowed: true,
    validate: text => validateChannelName(text, environment, targets),
  });
  if (channel === undefined) return undefined;
  return { environment, channel: parsePointerChannel(channel.trim()), live: undefined };
}

/** The name of the draft of a new channel's name, stored until something is promoted to it. */
export function channelDraft(environment: string, session: Session): string {
  return draftName(`channel in ${environment}`, session);
}

function validateChannelName(
  text: string,
  environment: string,
  targets: readonly PointerTarget[],
): string | undefined {
  const name = text.trim();
  if (!isChannel(name)) return 'Use a–z, 0–9 and "-", beginning with a letter, at most 32 characters.';
  if (name === LATEST) return '"latest" is always the newest version and cannot be promoted.';
  const there = targets.some(
    target => target.environment === environment && target.channel === (name as Channel),
  );
  return there ? `${environment} already has the channel ${name}: select it in the list.` : undefined;
}
