/** Completes the partials that a prompt can name, each as `{{> name}}` finds it, and their arguments. */
import {
  isPartial,
  lastSegment,
  type PromptName,
  parsePromptName,
  partialCandidates,
} from '../../../core/name.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { escapeMarkdown } from '../../results/markdown.ts';
import { parseBody } from '../../syntax/parse-body.ts';
import { wordsOfType } from '../../types/value-type.ts';
import type { TagCaret } from './caret.ts';
import type { CompletionItem } from './item.ts';
import { documentationOf, segmentText } from './names.ts';

/** A file whose path is not a prompt name resolves partials from the root. */
const AT_THE_TOP = parsePromptName('untitled');

/** The partials that can be named after `{{> `. */
export function partialItems(prompt: LibraryPrompt, library: Library, caret: TagCaret): CompletionItem[] {
  const { word } = caret;
  const span = { start: word.start, end: word.end };
  const inlines = prompt.analysis.resolved.inlines.flatMap(({ name }) => (name ? [name.name] : []));
  const own = [...new Set(inlines)].map((name): CompletionItem[] => {
    const text = written(name);
    return text === undefined
      ? []
      : [
          {
            label: name,
            kind: 'partial',
            detail: 'of this prompt',
            edit: { span, text },
            sortText: `0${name}`,
          },
        ];
  });
  const others = references(prompt.name ?? AT_THE_TOP, library).map(
    ({ name, reference }): CompletionItem[] => {
      const text = written(reference);
      if (text === undefined || inlines.includes(reference)) return [];
      const description = library
        .prompt(name)
        ?.analysis.frontMatter.entries.find(({ key }) => key === 'description')?.value;
      const documentation =
        typeof description === 'string' ? { documentation: escapeMarkdown(description) } : {};
      const depth = String(reference.split('/').length);
      return [
        {
          label: reference,
          kind: 'partial',
          detail: name,
          ...documentation,
          edit: { span, text },
          sortText: depth + reference,
        },
      ];
    },
  );
  return [...own, ...others].flat();
}

/** Every partial that `from` can name, with the shortest name that finds it. */
function references(from: PromptName, library: Library): { name: PromptName; reference: string }[] {
  const names = new Set(library.names());
  return [...names].filter(isPartial).flatMap(name => {
    if (name === from) return [];
    const last = lastSegment(name);
    const plain = `${name.slice(0, name.length - last.length)}${last.slice(1)}`.split('/');
    // The longest common folder gives the shortest name; a nearer partial may hide it.
    for (let length = 1; length <= plain.length; length++) {
      const reference = plain.slice(-length).join('/');
      if (last !== '_' && partialCandidates(from, reference).find(candidate => names.has(candidate)) === name)
        return [{ name, reference }];
    }
    return [];
  });
}

/** The reference as written after `{{> `: in quotes if Handlebars could not read it otherwise. */
function written(reference: string): string | undefined {
  for (const text of [reference, JSON.stringify(reference)]) {
    const { body, unreadable } = parseBody(`{{> ${text}}}`, 0);
    const [node] = body.nodes;
    if (unreadable.length === 0 && node?.type === 'partial' && node.name?.name === reference) return text;
  }
  return undefined;
}

/** `name=` for each variable of the partial that the tag names. */
export function partialArgumentItems(
  prompt: LibraryPrompt,
  library: Library,
  caret: TagCaret,
): CompletionItem[] {
  const { frame, word } = caret;
  if (frame.callee === undefined || frame.option !== undefined || word.head.length > 0) return [];
  const analysis = library.partial(prompt.name, frame.callee.replace(/^["']|["']$/g, ''))?.analysis;
  if (analysis === undefined) return [];
  const span = { start: word.start, end: word.name.end };
  const read = analysis.resolved.paths.flatMap(({ meaning }) =>
    meaning.kind === 'variable' ? [meaning.name] : [],
  );
  const declared = new Map(analysis.frontMatter.variables.map(variable => [variable.name, variable]));
  return [...new Set([...declared.keys(), ...read])].flatMap(name => {
    const key = segmentText(name, false);
    if (key === undefined || frame.options.includes(name)) return [];
    const variable = declared.get(name);
    return [
      {
        label: `${name}=`,
        kind: 'key' as const,
        detail: variable === undefined ? 'read by the partial' : wordsOfType(variable.type),
        ...(variable && documentationOf(variable)),
        edit: { span, text: `${key}=` },
        sortText: `0${name}`,
      },
    ];
  });
}
