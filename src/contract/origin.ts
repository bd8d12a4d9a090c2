/** The origin of a version, which its publisher states and the registry stores with it. */
import * as z from 'zod';
import {
  COMMIT_PATTERN,
  MAX_ORIGIN_AUTHOR,
  MAX_ORIGIN_URL,
  parsedUrl,
  validateOriginAuthor,
  validateOriginUrl,
} from '../core/origin.ts';

/** The origin in responses. It is not validated further, because another release may have other rules. */
export const origin = z
  .object({
    author: z.string().optional(),
    commit: z.string().optional(),
    pullRequest: z.string().optional(),
    repository: z.string().optional(),
  })
  .meta({
    id: 'Origin',
    description:
      'The source of the text, as stated by its publisher. The log proves that it is unchanged, not that it is true.',
  });

function checked(whyNot: (text: string) => string | undefined): z.ZodString {
  return z.string().superRefine((text, context) => {
    const why = whyNot(text);
    if (why !== undefined) context.addIssue({ code: 'custom', message: why });
  });
}

function url(description: string) {
  return checked(validateOriginUrl)
    .overwrite(parsedUrl)
    .meta({
      maxLength: MAX_ORIGIN_URL,
      description: `${description} An http or https URL without user, query and fragment; it is stored as parsed.`,
    })
    .optional();
}

/** The origin in a request to publish. */
export const newOrigin = z
  .strictObject({
    author: checked(validateOriginAuthor)
      .meta({
        minLength: 1,
        maxLength: MAX_ORIGIN_AUTHOR,
        description: 'Its author, on one line: a name, not an email address.',
      })
      .optional(),
    commit: z
      .string()
      .regex(COMMIT_PATTERN, 'A commit is 7 to 64 hexadecimal digits, as git writes it.')
      .overwrite(text => text.toLowerCase())
      .meta({ description: 'The id of the commit; stored in lower case.' })
      .optional(),
    pullRequest: url('The pull or merge request that reviewed it.'),
    repository: url('The web page of the repository of the commit.'),
  })
  .refine(
    stated => Object.keys(stated).length > 0,
    'Give at least one of author, commit, pullRequest and repository, or leave the origin out.',
  )
  .meta({ id: 'NewOrigin', minProperties: 1 });
