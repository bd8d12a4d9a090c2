/** Choosing a version of a prompt: its history as a list, the newest first. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Option } from '../asking/ask.ts';
import { knownAs } from '../compare/titles.ts';
import { firstLine } from '../explorer/labels.ts';
import { lifeWords } from '../lives/lives.ts';
import { fetchLives } from '../lives/prompt-lives.ts';
import { ageOf } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

/** Older ones are reached by their number: Open Version… takes `support/triage@3`. */
const SHOWN = 100;

export interface VersionQuestion {
  readonly title: string;
  readonly placeholder: string;
  readonly admits?: (version: VersionSummary) => boolean;
}

export async function pickVersion(
  { session, prompts, ask }: Workbench,
  prompt: PromptName,
  { title, placeholder, admits = () => true }: VersionQuestion,
): Promise<VersionSummary | undefined> {
  const client = await session.clientFor({ kind: 'read' });
  const [{ data }, lives] = await inProgress(`Fetching the history of ${prompt}`, signal =>
    Promise.all([client.listVersions(prompt, { limit: SHOWN }, signal), fetchLives(client, prompt, signal)]),
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
    await ask.tell('info', `${title}: ${prompt} has no version for which this can be done.`);
    return undefined;
  }
  return ask.pick({ title, placeholder, options });
}
