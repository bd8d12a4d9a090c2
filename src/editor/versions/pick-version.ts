/** Lets the person choose a version of a prompt from its history, newest first. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Option } from '../asking/ask.ts';
import { knownAs } from '../compare/titles.ts';
import type { Session } from '../connection/session.ts';
import { firstLine } from '../explorer/labels.ts';
import { type Lives, lifeWords } from '../lives/lives.ts';
import { fetchLives } from '../lives/prompt-lives.ts';
import { ageOf } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { keptHistory } from './kept-history.ts';

/** Older ones can be opened by number: Open Version Reference… accepts `support/triage@3`. */
const SHOWN = 100;

export interface VersionQuestion {
  readonly title: string;
  readonly placeholder: string;
  readonly admits?: (version: VersionSummary) => boolean;
}

type History = readonly [versions: readonly VersionSummary[], lives: Lives];

async function history(session: Session, prompt: PromptName, signal: AbortSignal): Promise<History> {
  const kept = await keptHistory(session, prompt);
  if (kept.length > 0) return [kept, new Map()];
  const client = await session.clientFor({ kind: 'read' });
  const [{ data }, lives] = await Promise.all([
    client.listVersions(prompt, { limit: SHOWN }, signal),
    // The history is useful without this, if the registry has just become unreachable.
    fetchLives(client, prompt, signal).catch((): Lives => new Map()),
  ]);
  return [data, lives];
}

export async function pickVersion(
  { session, prompts, ask }: Workbench,
  prompt: PromptName,
  { title, placeholder, admits = () => true }: VersionQuestion,
): Promise<VersionSummary | undefined> {
  const [data, lives] = await inProgress(`Fetching the history of ${prompt}`, signal =>
    history(session, prompt, signal),
  );
  const summary = prompts.listed.get(prompt)?.summary;
  const now = Date.now();
  const options = data.filter(admits).map((version): Option<VersionSummary> => {
    const known = summary === undefined ? undefined : knownAs(version.version, summary);
    const { mark, brief } = lifeWords(lives.get(version.version) ?? [], session.environments, now);
    return {
      label: `@${version.version}`,
      description: [
        ...(known === undefined ? [] : [known]),
        ...(brief === undefined ? [] : [brief]),
        version.author,
        ageOf(version.publishedAt, now),
      ].join(' · '),
      detail: [
        ...(mark === undefined ? [] : [`$(discard) ${firstLine(mark)}`]),
        version.message === '' ? '(no message)' : firstLine(version.message),
      ].join(' · '),
      value: version,
    };
  });
  if (options.length === 0) {
    await ask.tell('info', `${title}: ${prompt} has no suitable version.`);
    return undefined;
  }
  return ask.pick({ title, placeholder, options, isFollowed: true });
}
