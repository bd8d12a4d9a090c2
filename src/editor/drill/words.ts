/** The one question before a rollback drill. */
import type { DrillPlan } from '../../client/rollback-drill.ts';
import type { Confirmation } from '../asking/ask.ts';
import { placeOf } from '../wording/place.ts';

export function drillQuestion(plan: DrillPlan): Confirmation {
  const { prompt, environment, from, to } = plan;
  const place = placeOf(plan);
  return {
    message: `Roll back ${prompt} to @${to} in ${place}, and move it forward again?`,
    detail: [
      `Applications of ${environment} get @${to} for some seconds, then @${from} again. Both moves are recorded permanently, as a drill.`,
      'If you cancel, the pointer moves forward too.',
    ].join('\n'),
    button: `Start Drill with @${to} in ${environment}`,
  };
}
