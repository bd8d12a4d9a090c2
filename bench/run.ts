/**
 * `npm run bench` runs every benchmark, each against its peer or limit in the same run; `npm run bench -- delivery` runs
 * that one. The tables are copied to docs/benchmarks.md, with the machine, the date and notes.
 */
import os from 'node:os';
import { asMarkdown, type Report } from './report.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<Report>>> = {
  delivery: async () => (await import('./delivery.ts')).measure(),
  'delivery-postgres': async () => (await import('./delivery.ts')).measureOnPostgres(),
  'delivery-peers': async () => (await import('./peers.ts')).measure(),
  'delivery-beside-authors': async () => (await import('./beside-authors.ts')).measure(),
  uncached: async () => (await import('./uncached.ts')).measure(),
  releases: async () => (await import('./releases.ts')).measure(),
  publish: async () => (await import('./publish.ts')).measure(),
  storage: async () => (await import('./storage.ts')).measure(),
  search: async () => (await import('./search.ts')).measure(),
  isolation: async () => (await import('./isolation.ts')).measure(),
  held: async () => (await import('./isolation.ts')).measureHeld(),
  refusals: async () => (await import('./refusals.ts')).measure(),
  polls: async () => (await import('./polls.ts')).measure(),
  'under-attack': async () => (await import('./under-attack.ts')).measure(),
  live: async () => (await import('./live.ts')).measure(),
  extension: async () => (await import('./extension.ts')).measure(),
  explorer: async () => (await import('./explorer.ts')).measure(),
  rollback: async () => (await import('./rollback.ts')).measure(),
  promotions: async () => (await import('./promotions.ts')).measure(),
  language: async () => (await import('./language.ts')).measure(),
  'language-host': async () => (await import('./language-host.ts')).measure(),
  render: async () => (await import('./render.ts')).measure(),
  blame: async () => (await import('./blame.ts')).measure(),
  offline: async () => (await import('./offline.ts')).measure(),
  'working-copy': async () => (await import('./working-copy.ts')).measure(),
  sdk: async () => (await import('./sdk.ts')).measure(),
  preview: async () => (await import('./preview.ts')).measure(),
  command: async () => (await import('./command.ts')).measure(),
  journey: async () => (await import('./journey.ts')).measure(),
};

const names = process.argv.slice(2);
const unknown = names.find(name => !(name in BENCHMARKS));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}". There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

const reports: Report[] = [];
const [cpu] = os.cpus();
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.platform()} ${os.release()}, Node ${process.versions.node}\n`,
);
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`… ${name}`);
  const report = await measure();
  reports.push(report);
  console.log(asMarkdown(report));
}

const missed = reports.flatMap(report => report.figures).filter(figure => figure.limit?.holds === false);
for (const { name, limit } of missed) console.error(`Missed: ${name} should be ${limit?.text}.`);
process.exitCode = missed.length === 0 ? 0 : 1;
