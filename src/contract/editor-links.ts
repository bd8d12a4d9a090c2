/**
 * The pages (`/open/…`) that redirect a browser to VS Code (core/editor-link.ts), because chats only support buttons
 * with http links. No link contains a key: VS Code uses its own.
 */
import * as z from 'zod';
import { environmentName } from './values.ts';

export const openVersionQuery = z.object({
  ref: z.string().min(1).max(300).meta({ description: 'Such as support/triage@12.' }),
});

export const openOwnersQuery = z.object({ environment: environmentName });
