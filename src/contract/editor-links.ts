/**
 * The pages (`/open/…`) that send a browser on to VS Code (core/editor-link.ts): chats make buttons of http links alone.
 * No link holds a key, as VS Code has its own.
 */
import * as z from 'zod';
import { environmentName } from './values.ts';

export const openVersionQuery = z.object({
  ref: z.string().min(1).max(300).meta({ description: 'Such as support/triage@12.' }),
});

export const openOwnersQuery = z.object({ environment: environmentName });
