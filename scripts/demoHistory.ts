/** Reads and checks the demo's history: demo/history/history.yaml and the texts that it publishes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { actor, environmentName, prose, timestamp } from '../src/contract/values.ts';
import type { EnvironmentName } from '../src/core/environment.ts';
import { fileOfPrompt, type PromptName } from '../src/core/name.ts';
import { parseVersionReference, type VersionNumber } from '../src/core/version.ts';

interface Step {
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  readonly actor: string;
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

export interface Publication extends Step {
  readonly kind: 'publish';
  readonly message: string;
  readonly source: string;
}

export interface PointerMove extends Step {
  readonly kind: 'promote' | 'rollBack';
  readonly environment: EnvironmentName;
  readonly reason: string;
}

export type HistoryStep = Publication | PointerMove;

const reference = z.string().transform(parseVersionReference);
const when = { at: timestamp, actor };
const move = { ...when, environment: environmentName, reason: prose.min(1) };
const historyFile = z.strictObject({
  steps: z.array(
    z.union([
      z.strictObject({ ...when, publish: reference, message: prose.min(1) }),
      z.strictObject({ ...move, promote: reference }),
      z.strictObject({ ...move, rollBack: reference }),
    ]),
  ),
});

/**
 * Reads the steps, in the order of their times. If the last one is after `now`, all are moved back by whole years.
 * @param demoFolder the folder with `prompts/` and `history/`
 * @throws Error if a field is invalid, or the steps are not in order
 */
export async function readHistory(demoFolder: string, now: Date): Promise<HistoryStep[]> {
  const { steps } = historyFile.parse(
    parse(await readFile(join(demoFolder, 'history', 'history.yaml'), 'utf8')),
  );
  const newest = new Map<PromptName, VersionNumber>();
  for (const step of steps) if ('publish' in step) newest.set(step.publish.prompt, step.publish.version);
  const years = yearsTooLate(steps.at(-1)?.at, now);
  const read: HistoryStep[] = [];
  for (const step of steps) {
    const when = { at: yearsBefore(step.at, years), actor: step.actor };
    const previous = read.at(-1);
    if (previous !== undefined && previous.at >= when.at)
      throw new Error(`history.yaml: the step of ${step.at} stands after a later one.`);
    if ('publish' in step) {
      const { prompt, version } = step.publish;
      const file =
        newest.get(prompt) === version
          ? join(demoFolder, 'prompts', fileOfPrompt(prompt))
          : join(demoFolder, 'history', 'sources', `${prompt}@${version}.prompt`);
      const source = await readFile(file, 'utf8');
      read.push({ ...when, kind: 'publish', prompt, version, message: step.message, source });
    } else {
      const { environment, reason } = step;
      const [kind, to] =
        'promote' in step ? (['promote', step.promote] as const) : (['rollBack', step.rollBack] as const);
      read.push({ ...when, kind, ...to, environment, reason });
    }
  }
  return read;
}

function yearsTooLate(last: string | undefined, now: Date): number {
  let years = 0;
  while (last !== undefined && yearsBefore(last, years) > now.toISOString()) years++;
  return years;
}

function yearsBefore(at: string, years: number): string {
  return `${Number(at.slice(0, 4)) - years}${at.slice(4)}`;
}
