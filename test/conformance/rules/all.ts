/** Every rule of Dotprompt's specification, by what it is about. */
import { HISTORY_RULES } from './history.ts';
import { PART_RULES } from './parts.ts';
import { ROLE_RULES } from './roles.ts';
import type { Rule } from './rule.ts';
import { TEMPLATE_RULES } from './templates.ts';
import { VALUE_RULES } from './values.ts';

export const RULES: Readonly<Record<string, readonly Rule[]>> = {
  ...VALUE_RULES,
  ...ROLE_RULES,
  ...HISTORY_RULES,
  ...PART_RULES,
  ...TEMPLATE_RULES,
};
