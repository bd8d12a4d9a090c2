/** `promptforge blame`: shows which version last changed each sentence. */
import { Command } from 'commander';
import type { SentenceHistory } from '../../client/sentence-history.ts';
import { type BlamedSentence, blamedSentences } from '../../core/blame/blame.ts';
import { versionReference } from '../../core/version.ts';
import { firstLine, line, print, printJson, say, showProgress, table } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { type PromptVersion, promptVersionArgument } from '../working/prompt-version.ts';

interface BlameOptions extends RemoteOptions {
  readonly json?: true;
}

/** The maximum number of characters of a message in the table. */
const MESSAGE = 40;

export function blameCommand(): Command {
  return new Command('blame')
    .argument(
      '<prompt>',
      'such as support/triage@12, or support/triage for the newest',
      promptVersionArgument,
    )
    .addOption(remoteOption())
    .option('--json', 'print the sentences with their versions as JSON')
    .addHelpText(
      'after',
      `
Prints one line per sentence, not per line of the text. Changes of white space are ignored. At most the newest 2,000
versions are read; older sentences are marked "or older".

Examples:
  promptforge blame support/triage
  promptforge blame support/triage@12 --json`,
    )
    .action(blame);
}

async function blame({ name, version }: PromptVersion, options: BlameOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'read' });
  const { sentenceHistory } = await import('../../client/sentence-history.ts');
  const onProgress = (count: number) => void showProgress(line`Reading versions: ${count}`);
  const history = await sentenceHistory(client, name, version, { onProgress }).finally(() =>
    showProgress(undefined),
  );
  const sentences = blamedSentences(history.blame);
  if (options.json) {
    await printJson({ prompt: name, version: history.version, sentences: jsonOf(history, sentences) });
    return;
  }
  const rows = sentences.map(({ start, end, change }) => {
    const { author = '', publishedAt = '', message = '' } = history.versions.get(change.version ?? 0) ?? {};
    return [
      isPerhapsOlder(history, change.version) ? `${change.version} or older` : String(change.version),
      publishedAt,
      author,
      shortened(firstLine(message)),
      history.blame.text.slice(start, end).replace(/\s+/g, ' ').trim(),
    ];
  });
  await print(table(['VERSION', 'PUBLISHED', 'BY', 'MESSAGE', 'SENTENCE'], rows));
  if (sentences.some(({ change }) => isPerhapsOlder(history, change.version)))
    await say(
      line`Versions before ${versionReference(name, history.blame.oldest ?? history.version)} were not read.`,
    );
}

function jsonOf(history: SentenceHistory, sentences: readonly BlamedSentence[]): object[] {
  const { text } = history.blame;
  let number = 1;
  let at = 0;
  return sentences.map(({ start, end, change }) => {
    number += text.slice(at, start).split('\n').length - 1;
    at = start;
    const { version = 0 } = change;
    const { author, publishedAt, message, origin } = history.versions.get(version) ?? {};
    const orOlder = isPerhapsOlder(history, version);
    return {
      text: text.slice(start, end),
      line: number,
      start,
      end,
      version,
      orOlder,
      author,
      publishedAt,
      message,
      origin,
    };
  });
}

/** True if earlier versions were not read, so that the sentence may be older. */
function isPerhapsOlder({ blame }: SentenceHistory, version: number | undefined): boolean {
  return version === blame.oldest && version !== 1;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > MESSAGE ? `${characters.slice(0, MESSAGE - 1).join('')}…` : text;
}
