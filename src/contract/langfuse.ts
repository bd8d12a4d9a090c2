/** A prompt in the form of Langfuse's API (https://api.reference.langfuse.com, `GET /api/public/v2/prompts/{promptName}`). */
import * as z from 'zod';
import { channel, promptName, versionNumber } from './values.ts';

/** The default label of Langfuse's clients; here it is the channel `stable`. */
export const PRODUCTION_LABEL = 'production';

export const langfuseQuery = z.object({
  label: channel.optional().meta({
    description:
      '`production`, which is the channel `stable`, or the name of another channel. `production` unless "label" or "version" is given.',
  }),
  version: z.coerce.number().int().min(1).optional(),
  resolve: z.enum(['true']).optional().meta({
    description: 'Partials are always resolved, so there is no other value.',
  }),
});

const chatMessage = z.object({
  type: z.literal('chatmessage'),
  role: z.string().meta({ description: '`system`, `user`, `assistant` or `developer`.' }),
  content: z.string(),
});

export const langfusePrompt = z
  .object({
    name: promptName,
    version: versionNumber,
    type: z.enum(['text', 'chat']),
    prompt: z.union([z.string(), z.array(chatMessage)]).meta({
      description: 'For `chat`, the messages. Clients replace every `{{variable}}`.',
    }),
    config: z.record(z.string(), z.unknown()).meta({
      description: "The front matter's `config`, and its `model` as it is written there.",
    }),
    labels: z.array(z.string()).meta({
      description: 'The requested one; none for a version.',
    }),
    tags: z.array(z.string()).meta({ description: 'Always none.' }),
    commitMessage: z.null().meta({ description: 'Empty, because readers may not read messages.' }),
    resolutionGraph: z.null(),
  })
  .meta({ id: 'LangfusePrompt' });
