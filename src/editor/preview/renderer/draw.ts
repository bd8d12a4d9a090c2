/** Rendering for the preview: converts a request to a rendering or a problem. Runs in the worker. */
import { Problem } from '../../../core/problem.ts';
import { parseSource } from '../../../core/source.ts';
import { renderTraced, type TracedPart, type TracedRendering } from '../../../core/trace.ts';
import { linkFile, shownPath } from '../../../workspace/file-partials.ts';
import type { ReadableFiles } from '../../../workspace/file-system.ts';
import { nodeFileSystem } from '../../../workspace/node-file-system.ts';
import { WorkspaceError } from '../../../workspace/workspace-error.ts';
import type {
  PreviewFileRequest,
  PreviewLimit,
  PreviewProblem,
  PreviewRendered,
  PreviewRequest,
} from './outcome.ts';
import { type EncodingName, encodingOf } from './tokens.ts';

/** More than anybody looks at; each is an object that is sent to the window. */
const MAX_SPANS = 10_000;

/** Everything but the tokens, which take longer. */
export type Drawn =
  | { readonly outcome: PreviewProblem | PreviewLimit }
  | { readonly outcome: Omit<PreviewRendered, 'tokens'>; readonly encoding: EncodingName };

/** Never throws because of a prompt or an input. @param windowFiles reads the partials of a virtual file */
export async function draw(
  request: PreviewRequest | PreviewFileRequest,
  windowFiles: ReadableFiles = nodeFileSystem,
): Promise<Drawn> {
  const asked = new Set<string>();
  try {
    const { files, ...linked } = await link(request, asked, windowFiles);
    const traced = await renderTraced(linked);
    const texts = textsOf(traced);
    const { model } = parseSource(linked.source, linked.kind).frontMatter;
    return {
      encoding: encodingOf(typeof model === 'string' ? model : undefined),
      outcome: {
        kind: 'rendered',
        traced: withFewerSpans(traced),
        ...(files && { files }),
        characters: sum(texts, text => text.length - occurrences(text, /[\ud800-\udbff][\udc00-\udfff]/g)),
        words: sum(texts, text => occurrences(text, /\S+/g)),
      },
    };
  } catch (error) {
    const outcome = refusal(error);
    const file = outcome.kind === 'problem' ? fileOf(outcome, request, asked) : undefined;
    return { outcome: { ...outcome, ...(file !== undefined && { file }) } };
  }
}

/** Adds the paths of the partials that were looked up to `asked`. */
async function link(
  request: PreviewRequest | PreviewFileRequest,
  asked: Set<string>,
  windowFiles: ReadableFiles,
): Promise<PreviewRequest & Pick<PreviewRendered, 'files'>> {
  if (!('file' in request)) return request;
  const { unsaved, input, messages, context, isVirtual, ...file } = request;
  const read = (path: string) => {
    asked.add(path);
    return unsaved.get(path);
  };
  const linked = await linkFile({ ...file, read, fileSystem: isVirtual ? windowFiles : nodeFileSystem });
  return { ...linked, input, ...(messages && { messages }), ...(context && { context }) };
}

/** The file that a message begins with, otherwise the rendered one. */
function fileOf(
  { message }: PreviewProblem,
  request: PreviewRequest | PreviewFileRequest,
  partials: Iterable<string>,
): string | undefined {
  if (!('file' in request)) return undefined;
  const from = request.shownFrom ?? process.cwd();
  return [...partials].find(path => message.startsWith(`${shownPath(path, from)}:`)) ?? request.file;
}

function refusal(error: unknown): PreviewProblem | PreviewLimit {
  if (error instanceof WorkspaceError) return { kind: 'problem', message: error.message };
  if (!Problem.is(error)) throw error;
  const { message, details } = error;
  if (error.code === 'too_expensive') return { kind: 'limit', message };
  return { kind: 'problem', message, ...(details.issues && { issues: details.issues }) };
}

/** The text of each rendered message. */
export function textsOf({ rendered }: Pick<TracedRendering, 'rendered'>): string[] {
  return rendered.messages.map(({ content }) => content.map(part => part.text ?? '').join(''));
}

function withFewerSpans(traced: TracedRendering): TracedRendering {
  let left = MAX_SPANS;
  let stretchesLeft = MAX_SPANS;
  const part = (part: TracedPart): TracedPart => {
    if (part.kind !== 'text') return part;
    const spans = part.spans.slice(0, left);
    left -= spans.length;
    const stretches = part.stretches.slice(0, stretchesLeft);
    stretchesLeft -= stretches.length;
    return { ...part, spans, stretches };
  };
  const messages = traced.messages.map(message => ({ ...message, parts: message.parts.map(part) }));
  return { ...traced, messages };
}

function sum(texts: readonly string[], of: (text: string) => number): number {
  return texts.reduce((total, text) => total + of(text), 0);
}

function occurrences(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count += 1;
  return count;
}
