/** Comments at the lines of a version, and the threads that they form. */
import * as z from 'zod';
import {
  actor,
  page,
  pageQuery,
  promptName,
  prose,
  requiredProse,
  timestamp,
  versionNumber,
} from './values.ts';

const line = z.int().min(1).meta({ description: "Of the version's source, from 1." });

export const lineComment = z
  .object({
    id: z.string(),
    prompt: promptName,
    version: versionNumber,
    line: line.nullable().meta({
      description: "Of the version's source, from 1; null: a comment on a whole promotion.",
    }),
    promotion: z.string().nullable().meta({
      description: 'The promotion in whose review it was written; null: none.',
    }),
    actor,
    at: timestamp,
    text: prose.meta({ description: 'Its current text.' }),
    editedAt: timestamp.nullable(),
  })
  .meta({ id: 'LineComment' });
export type LineComment = z.infer<typeof lineComment>;

export const lineThread = z
  .object({
    prompt: promptName,
    version: versionNumber,
    line,
    resolved: z
      .object({ at: timestamp, by: actor })
      .nullable()
      .meta({ description: 'Null while it is open. Another comment reopens it.' }),
    comments: z.array(lineComment).meta({ description: 'Oldest first, without deleted ones.' }),
  })
  .meta({ id: 'LineThread', description: 'All comments at one line of a version.' });
export type LineThread = z.infer<typeof lineThread>;
export const lineThreadPage = page(lineThread).meta({ id: 'LineThreadPage' });

export const lineThreadQuery = pageQuery.extend({
  version: z.coerce.number().int().min(1).optional().meta({ description: 'Only threads of this version.' }),
  state: z.enum(['open', 'resolved']).optional(),
});

export const lineCommentRequest = z
  .object({ version: versionNumber, line, text: requiredProse('Enter a comment.') })
  .meta({ id: 'LineCommentRequest' });
export type LineCommentRequest = z.infer<typeof lineCommentRequest>;

export const commentEdit = z
  .object({ text: requiredProse('Enter a comment, or delete this one.') })
  .meta({ id: 'CommentEdit' });

/** Identifies a thread. */
export const threadPlace = z.object({ version: versionNumber, line }).meta({ id: 'ThreadPlace' });
export type ThreadPlace = z.infer<typeof threadPlace>;
