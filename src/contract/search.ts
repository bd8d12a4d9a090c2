/** Searches for versions in whose source a text occurs more often or less often than in the version before. */
import * as z from 'zod';
import { MAX_SHOWN_LINE } from '../core/changed-lines.ts';
import { MAX_SEARCH_TEXT } from '../core/search-text.ts';
import { isBlank } from '../core/visible-text.ts';
import { versionSummary } from './prompts.ts';
import { page, pageQuery, promptName, queryNumber } from './values.ts';

/** The time a search may wait for the index to be built, in ms, in addition to its own. */
export const SEARCH_INDEX_MS = 25_000;

export const searchQuery = pageQuery.extend({
  text: z
    .string()
    .max(MAX_SEARCH_TEXT, `is longer than ${MAX_SEARCH_TEXT} characters. Search for a part of it.`)
    .refine(text => !isBlank(text), 'has nothing to search for. Give a text such as fee.')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^\u0000\n\r]*$/, 'is of several lines. Search for a text of one line.')
    .meta({ description: 'A text of one line. Accents count, their encoding does not.' }),
  prompt: promptName.optional().meta({ description: 'Only versions of this prompt.' }),
  matchCase: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: '`true`: `Fee` does not match `fee`.' }),
  limit: queryNumber(1, 100, 50),
});
export type SearchQuery = z.infer<typeof searchQuery>;

export const searchHit = z
  .object({
    change: z.enum(['added', 'removed']).meta({
      description: 'Whether the text occurs more often than in the version before, or less.',
    }),
    before: z.int().min(0).meta({
      description: 'Occurrences in the version before; 0: this version introduced it.',
    }),
    after: z.int().min(0).meta({
      description: 'Occurrences in this version; 0: this version removed the last one.',
    }),
    line: z.int().min(1).meta({
      description:
        "The number of the first line that made the difference: in this version's source if it was added, in the one before if it was removed.",
    }),
    text: z.string().meta({
      description: `That line; of a long line, the part around the text, ${MAX_SHOWN_LINE} characters at most.`,
    }),
    version: versionSummary,
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.infer<typeof searchHit>;

export const searchPage = page(searchHit).meta({
  id: 'SearchPage',
  description:
    'Newest first. A page may have fewer hits than requested, or none, if the search took too long: nextCursor continues it.',
});
export type SearchPage = z.infer<typeof searchPage>;
