/** The origin of a version in words: its commit, its author and its pull request. */
import type { VersionOrigin } from '../../core/origin.ts';
import { webUrl } from '../../core/web-url.ts';
import { escapeMarkdown } from './markdown.ts';

/** The number of a commit's digits in short texts. */
const COMMIT = 12;

/** `Commit 5f0c1a2b3c4d by octocat · github.com/acme/prompts/pull/12`, the last a link. Empty without an origin. */
export function originMarkdown(origin: VersionOrigin | undefined): string[] {
  const { author, commit, pullRequest } = origin ?? {};
  const by = author === undefined ? '' : ` by ${escapeMarkdown(author)}`;
  const link = pullRequestOf(origin);
  const parts = [
    ...(commit === undefined ? [] : [`Commit ${escapeMarkdown(commit.slice(0, COMMIT))}${by}`]),
    ...(pullRequest === undefined ? [] : [escapeMarkdown(pullRequest.replace(/^https:\/\//, ''))]),
  ];
  if (link !== undefined) parts.push(`[${parts.pop()}](<${link}>)`);
  return parts.length === 0 ? [] : [parts.join(' · ')];
}

/** The URL if it may be opened: a registry could answer with any text. */
export function pullRequestOf(origin: VersionOrigin | undefined): string | undefined {
  const url = webUrl(origin?.pullRequest ?? '');
  return url?.username === '' && url.password === '' ? url.href : undefined;
}
