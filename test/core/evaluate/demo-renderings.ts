/** Renders every demo prompt with each of its samples. Run as a program, it prints what they give as JSON. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { linkPartials } from '../../../src/core/link.ts';
import { fileOfPrompt, isPartial, parsePromptName, promptOfFile } from '../../../src/core/name.ts';
import { type RenderedPrompt, type RenderRequest, render } from '../../../src/core/render.ts';

const PROMPTS = fileURLToPath(new URL('../../../demo/prompts/', import.meta.url));

export async function demoRequests(): Promise<RenderRequest[]> {
  const names = globSync('**/*.prompt', { cwd: PROMPTS })
    .map(file => promptOfFile(file.replaceAll('\\', '/')))
    .filter(name => !isPartial(name))
    .sort();
  const requests: RenderRequest[] = [];
  for (const label of names) {
    const source = readFileSync(join(PROMPTS, `${label}.prompt`), 'utf8');
    const partials = await linkPartials(parsePromptName(label), source, async name => {
      const file = join(PROMPTS, fileOfPrompt(name));
      return existsSync(file) ? { name, source: readFileSync(file, 'utf8'), id: name } : undefined;
    });
    const samples = parse(readFileSync(join(PROMPTS, `${label}.samples.yaml`), 'utf8')) as {
      readonly input: Record<string, unknown>;
    }[];
    for (const { input } of samples) requests.push({ source, partials, input, label });
  }
  return requests;
}

export async function demoRenderings(): Promise<RenderedPrompt[]> {
  return Promise.all((await demoRequests()).map(render));
}

if (import.meta.main) console.log(JSON.stringify(await demoRenderings()));
