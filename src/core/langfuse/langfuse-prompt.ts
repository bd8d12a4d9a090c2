/** A prompt for Langfuse's clients: text, or messages of text, with `{{variable}}` in place of values. */
import { evaluate } from '../evaluate/evaluate.ts';
import type { Limits } from '../evaluate/limits.ts';
import type { Segment } from '../evaluate/segment.ts';
import { templateOf } from '../evaluate/template.ts';
import type { LinkedPartial } from '../flatten.ts';
import { Problem } from '../problem.ts';
import { asObject, requiredInputs } from '../prompt-data.ts';
import type { PromptMetadata } from '../render.ts';
import { parsePublished, type SourceKind } from '../source.ts';
import { checkSubstitutable } from './substitutable.ts';

export interface LangfuseRequest {
  /** The published source. */
  readonly source: string;
  readonly kind: SourceKind;
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  readonly metadata: Pick<PromptMetadata, 'input'>;
  /** The name of the prompt in error messages. */
  readonly label: string;
}

export type LangfusePrompt =
  | { readonly type: 'text'; readonly prompt: string }
  | { readonly type: 'chat'; readonly prompt: readonly LangfuseMessage[] };

export interface LangfuseMessage {
  readonly type: 'chatmessage';
  readonly role: string;
  readonly content: string;
}

/**
 * Converts a prompt so that a Langfuse client renders the same text as `render`, for all inputs that are text. `render`
 * omits messages that are only white space, so messages that can become blank because a variable is optional are
 * rejected.
 * @param limits default: `LIMITS`
 * @throws Problem `not_acceptable` with the place that substitution would write differently; `too_expensive`
 */
export function langfusePrompt(request: LangfuseRequest, limits?: Limits): LangfusePrompt {
  const { source, kind, partials, metadata, label } = request;
  const { template, templateOffset } = parsePublished(source, kind);
  const linked = { template, partials };
  const { schema, default: defaults } = metadata.input;
  checkSubstitutable(templateOf(linked, { label, source, offset: templateOffset }), {
    defaults,
    properties: asObject(schema?.['properties']),
  });
  const segments = evaluate(
    {
      ...{ linked, label, source, templateOffset },
      input: {},
      data: {},
      history: [],
      isPublished: true,
    },
    limits,
  );
  const required = new Set(requiredInputs(schema));
  const stretches = stretchesOf(segments);
  const [first] = stretches;
  if (first !== undefined && stretches.length === 1 && first.role === null)
    return { type: 'text', prompt: plainText(first, required, label) };
  return {
    type: 'chat',
    prompt: stretches.filter(saysSomething).map(stretch => {
      checkNotBlank(stretch, required, label);
      return { type: 'chatmessage', role: langfuseRole(stretch.role), content: textOf(stretch, label) };
    }),
  };
}

/** The parts of one message. */
interface Stretch {
  /** Null before the first role. */
  readonly role: string | null;
  readonly pieces: { readonly text: string; readonly variable?: string }[];
}

function stretchesOf(segments: readonly Segment[]): readonly Stretch[] {
  let open: Stretch = { role: null, pieces: [] };
  const stretches = [open];
  for (const segment of segments) {
    if (segment.kind === 'text') open.pieces.push({ text: segment.text });
    else if (segment.kind === 'value') {
      const variable = segment.expression.path ?? '';
      open.pieces.push({ text: `{{${variable}}}`, variable });
    } else if (segment.kind === 'role') {
      open = { role: segment.role, pieces: [] };
      stretches.push(open);
    }
  }
  return stretches;
}

/** Returns false for white space alone, which is not a message. */
function saysSomething({ pieces }: Stretch): boolean {
  return pieces.some(({ text, variable }) => variable !== undefined || text.trim() !== '');
}

function langfuseRole(role: string | null): string {
  return role === 'model' ? 'assistant' : (role ?? 'user');
}

/** @throws Problem `not_acceptable` */
function plainText(stretch: Stretch, required: ReadonlySet<string>, label: string): string {
  if (!saysSomething(stretch)) return '';
  // A text that only has variables may be empty, since they may.
  if (stretch.pieces.some(({ variable }) => variable === undefined)) checkNotBlank(stretch, required, label);
  return textOf(stretch, label);
}

/** @throws Problem `not_acceptable` */
function textOf({ pieces }: Stretch, label: string): string {
  let text = '';
  const tags: number[] = [];
  for (const piece of pieces) {
    if (piece.variable !== undefined) tags.push(text.length);
    text += piece.text;
  }
  // Two braces are a tag to Langfuse's clients wherever they are, and a third one changes what the tag means.
  let from = 0;
  for (const tag of [...tags, -1]) {
    const found = text.indexOf('{{', from);
    if (found !== tag) throw bracesIn(text, found, label);
    from = text.indexOf('}}', found) + 2;
  }
  return text;
}

function bracesIn(text: string, at: number, label: string): Problem {
  const excerpt = text.slice(Math.max(0, at - 20), at + 20).replaceAll(/\s+/g, ' ');
  return new Problem(
    'not_acceptable',
    `${label} has the text ${JSON.stringify(excerpt)}, whose braces Langfuse's clients would take for a variable. Put a space between the braces, or fetch the prompt with promptforge/client.`,
  );
}

/** @throws Problem `not_acceptable` */
function checkNotBlank({ pieces }: Stretch, required: ReadonlySet<string>, label: string): void {
  const variables = pieces.flatMap(({ variable }) => variable ?? []);
  const [name] = variables;
  const isBlank = pieces.every(({ text, variable }) => variable !== undefined || text.trim() === '');
  if (!isBlank || name === undefined || variables.some(variable => required.has(variable))) return;
  throw new Problem(
    'not_acceptable',
    `${label} has a message of {{${name}}} alone, which is left out where "${name}" is not given; Langfuse's clients would send it empty. Declare "${name}" as required under input.schema, write text into the message, or fetch the prompt with promptforge/client.`,
  );
}
