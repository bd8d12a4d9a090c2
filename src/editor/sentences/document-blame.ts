/** The sentences of a document with the versions that changed them, for a prompt's file or a published version. */
import type * as vscode from 'vscode';
import { MAX_TEXT_LENGTH, type SentenceHistory } from '../../client/sentence-history.ts';
import { type BlamedSentence, blamedSentences, extendBlame } from '../../core/blame/blame.ts';
import { indexAt } from '../../core/blame/earlier-sentence.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';
import { namedTarget } from '../explorer/target.ts';
import { isFile } from '../files/paths.ts';
import { SCHEME } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';

/** The subject of a document. */
export interface BlameSubject {
  /** The prompt whose history it has: for a file that was renamed locally, its former name. */
  readonly prompt: PromptName;
  /** The published version itself, or the one that the file is based on. */
  readonly version: VersionNumber;
  readonly isFile: boolean;
}

export interface DocumentBlame {
  readonly subject: BlameSubject;
  readonly history: SentenceHistory;
  /** With offsets in the document's text. */
  readonly sentences: readonly BlamedSentence[];
}

/**
 * Undefined for a document without a published version, or one that is not a prompt.
 * @throws OtherProject for a document of another project or registry
 */
export async function subjectOf(
  { uri }: Pick<vscode.TextDocument, 'uri'>,
  workbench: Workbench,
): Promise<BlameSubject | undefined> {
  if (!isFile(uri) && uri.scheme !== SCHEME) return undefined;
  const target = await namedTarget(uri, workbench);
  if (target === undefined) return undefined;
  const { prompt, version } = target;
  if (version !== undefined) return { prompt, version, isFile: false };
  if (!isFile(uri)) return undefined;
  const listed = workbench.prompts.listed.get(prompt);
  const former = listed?.base === undefined ? listed?.renamedFrom : { prompt, base: listed.base };
  return former !== undefined && isVersionNumber(former.base)
    ? { prompt: former.prompt, version: former.base, isFile: true }
    : undefined;
}

/** For the current text, saved or not: a sentence that is in no version yet has no version. @throws Problem `too_large` */
export function blameOfText(text: string, subject: BlameSubject, history: SentenceHistory): DocumentBlame {
  if (text.length > MAX_TEXT_LENGTH)
    throw new Problem(
      'too_large',
      `This text has more than ${MAX_TEXT_LENGTH / 1024} Ki characters, so its sentence history is not available.`,
    );
  const blame = extendBlame(history.blame, [{ version: undefined, text }]);
  return { subject, history, sentences: blamedSentences(blame) };
}

export function sentenceAt({ sentences }: DocumentBlame, offset: number): BlamedSentence | undefined {
  return sentences[indexAt(sentences, offset)];
}
