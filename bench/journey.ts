/** The times that a person waits in the workbench of `npm start`, measured by a journey of test/journey. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import packageJson from '../package.json' with { type: 'json' };
import { ROOT } from '../scripts/projectRoot.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 3;
/** Patterns of the figures that the journey prints, in seconds. */
const FIGURES = {
  'roll production back, from the palette to the message: 4 steps by robot':
    /Production was rolled back in ([\d.]+) s/,
  'a registry that ends, until the window says so': /that ends: noticed after ([\d.]+) s/,
  'a registry that hangs, until the window says so': /that hangs: noticed after ([\d.]+) s/,
  'a registry that answers again, until the window says so': /that hangs: .* back after ([\d.]+) s/,
} as const;
const LIMIT = 5;

/** @throws {Error} if the journey fails */
export async function measure(): Promise<Report> {
  await run('scripts/build.ts');
  await run('scripts/vsix.ts', '--no-build');
  const said: string[] = [];
  for (let count = 0; count < RUNS; count++)
    said.push(
      await run('node_modules/mocha/bin/mocha.js', 'test/journey/start.test.ts', '--grep', 'opens the demo'),
    );
  return {
    title: 'The workbench of npm start, by keyboard',
    figures: Object.entries(FIGURES).map(([name, pattern]) => {
      const value = median(said.map(each => Number(pattern.exec(each)?.[1])));
      return { name, value, unit: 's', limit: atMost(value, LIMIT, 's') };
    }),
  };
}

async function run(...command: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, PROMPTFORGE_VSIX: join(ROOT, 'out', `promptforge-${packageJson.version}.vsix`) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${said}`);
  return said;
}
