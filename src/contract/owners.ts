/** Owners of prompts, of whom one must approve a promotion to an environment, and changes of owners. */
import * as z from 'zod';
import { MAX_OWNERS_LENGTH } from '../core/owners.ts';
import { approval } from './promotions.ts';
import { actor, environmentName, prose, requiredProse, timestamp } from './values.ts';

const ownersText = z
  .string()
  .max(MAX_OWNERS_LENGTH, `At most ${MAX_OWNERS_LENGTH} characters.`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
  .regex(/^[^\u0000]*$/, 'It has the character U+0000. Remove it.')
  .meta({
    id: 'OwnersText',
    description:
      'A pattern and its owners in each line, such as "support/** @dana @sam"; the last line that matches a prompt applies. Empty: no prompt has owners.',
  });

export const ownersNote = z
  .object({ line: z.int().min(1), message: z.string() })
  .meta({ id: 'OwnersNote', description: 'About a line of the text, from 1.' });

export const ownersChange = z
  .object({
    id: z.string(),
    environment: environmentName,
    text: ownersText,
    reason: prose,
    state: z.enum(['pending', 'applied', 'rejected', 'cancelled']),
    requestedBy: actor,
    requestedAt: timestamp,
    appliedAt: timestamp.nullable(),
    approvals: z.array(approval).meta({ description: 'The approvals that count, in order.' }),
    approvalsNeeded: z.int().min(0).meta({
      description:
        "As many as the environment's policy requires, and at least one if there are owners already.",
    }),
    canApprove: z.array(actor).meta({
      description:
        'While it is pending, the people who can approve it: those with a valid key of the environment, except the requester and those who already approved. The first 20 by name.',
    }),
    closed: z
      .object({ at: timestamp, by: actor, comment: prose })
      .nullable()
      .meta({ description: 'Set if it was rejected or canceled.' }),
  })
  .meta({ id: 'OwnersChange' });
export type OwnersChangeRecord = z.infer<typeof ownersChange>;

export const ownersChangeList = z
  .object({ data: z.array(ownersChange) })
  .meta({ id: 'OwnersChangeList', description: 'At most one per environment, the oldest first.' });
export type OwnersChangeList = z.infer<typeof ownersChangeList>;

export const owners = z
  .object({
    environment: environmentName,
    text: ownersText,
    current: ownersChange.nullable().meta({ description: 'Their last change; null: there was none.' }),
    waiting: ownersChange.nullable().meta({ description: 'The pending change, one at a time.' }),
    warnings: z
      .array(ownersNote)
      .meta({ description: 'Lines with which nobody could approve now, and lines that apply to no prompt.' }),
  })
  .meta({ id: 'Owners' });
export type OwnersRecord = z.infer<typeof owners>;

export const ownersChangeRequest = z
  .object({
    text: ownersText,
    reason: requiredProse('Enter a reason. It is kept permanently.'),
    expected: z
      .string()
      .max(20)
      .nullable()
      .meta({ description: 'The id of "current"; null: there is none.' }),
  })
  .meta({ id: 'OwnersChangeRequest' });
export type OwnersChangeRequest = z.infer<typeof ownersChangeRequest>;

export const ownersChangeAnswer = z
  .object({
    change: ownersChange,
    warnings: z.array(ownersNote).meta({ description: 'Lines that apply to no prompt now.' }),
  })
  .meta({ id: 'OwnersChangeAnswer' });
export type OwnersChangeAnswer = z.infer<typeof ownersChangeAnswer>;
