/** The pages that applications are written by: they hold the examples as they are, and lead somewhere. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../../scripts/projectRoot.ts';
import { blocksOf } from './markdown.ts';

const SHARED = 'README.md#when-the-registry-fails';

describe('the pages of integrations', () => {
  it('hold each example as it is', async () => {
    const shown: string[] = [];
    for await (const page of glob('docs/**/*.md', { cwd: ROOT })) {
      for (const { of, text } of blocksOf(await readFile(join(ROOT, page), 'utf8'))) {
        if (!of?.startsWith('examples/')) continue;
        shown.push(of);
        assert.equal(
          text,
          await readFile(join(ROOT, of), 'utf8'),
          `${page} holds another ${of}: copy it there anew.`,
        );
      }
    }
    const examples = await readdir(join(ROOT, 'examples'));
    assert.deepEqual(shown.sort(), examples.map(name => `examples/${name}`).sort());
  });

  it('name the package of this version', async () => {
    for await (const page of glob('docs/**/*.md', { cwd: ROOT })) {
      const text = await readFile(join(ROOT, page), 'utf8');
      for (const [tarball] of text.matchAll(/promptforge-[\d.]+\.tgz/g))
        assert.equal(tarball, `promptforge-${packageJson.version}.tgz`, page);
    }
  });

  it('say what to do when the registry fails', async () => {
    const folder = join(ROOT, 'docs', 'integrations');
    const pages = (await readdir(folder)).filter(name => name !== 'README.md');
    const contents = await readFile(join(folder, 'README.md'), 'utf8');
    for (const page of pages) {
      assert.ok((await readFile(join(folder, page), 'utf8')).includes(`(${SHARED})`), page);
      assert.ok(contents.includes(`(${page})`), page);
    }
  });
});

describe('the links of the documentation', () => {
  it('lead to files and headings that are there', async () => {
    const broken: string[] = [];
    for await (const page of glob(['*.md', 'docs/**/*.md'], { cwd: ROOT })) {
      const text = await readFile(join(ROOT, page), 'utf8');
      for (const [, link = ''] of text.matchAll(/\]\(([^()\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = '', heading] = link.split('#');
        const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
        const isThere =
          existsSync(file) &&
          (heading === undefined || headingsOf(await readFile(file, 'utf8')).includes(heading));
        if (!isThere) broken.push(`${page}: ${link}`);
      }
    }
    assert.deepEqual(broken, []);
  });
});

/** As GitHub names them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
