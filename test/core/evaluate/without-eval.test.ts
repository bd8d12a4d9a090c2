/** Rendering needs neither code made from strings nor anything of Node: it runs on edge platforms and in a browser. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';
import * as esbuild from 'esbuild';
import type { LinkedPartial } from '../../../src/core/flatten.ts';
import type { render } from '../../../src/core/render.ts';
import { demoRenderings, demoRequests } from './demo-renderings.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('rendering', () => {
  it('works for every demo prompt where code generation from strings is disabled', async () => {
    const program = ['--disallow-code-generation-from-strings', here('demo-renderings.ts')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, program, {
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(await demoRenderings())));
  });

  it('works for every demo prompt without Node, bundled as for a browser', async () => {
    const built = await esbuild.build({
      entryPoints: [here('../../../src/core/render.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'core',
      platform: 'browser',
      logLevel: 'silent',
    });
    const context = vm.createContext(
      { TextEncoder, TextDecoder },
      { codeGeneration: { strings: false, wasm: false } },
    );
    vm.runInContext(built.outputFiles[0]?.text ?? '', context);
    const core = context['core'] as { readonly render: typeof render };
    for (const request of await demoRequests())
      assert.deepEqual(JSON.parse(JSON.stringify(await core.render(request))), await expected(request));
  });

  it('does not include Handlebars’ compiler or runtime', async () => {
    const { metafile } = await esbuild.build({
      entryPoints: [here('../../../src/core/evaluate/evaluate.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      metafile: true,
    });
    const compilers = Object.keys(metafile.inputs).filter(input =>
      /compiler\/(?:javascript-compiler|compiler|code-gen)\.js$|handlebars\/runtime\.js$/.test(input),
    );
    assert.deepEqual(compilers, []);
  });
});

async function expected(request: Parameters<typeof render>[0]): Promise<unknown> {
  const { render } = await import('../../../src/core/render.ts');
  const partials: ReadonlyMap<string, LinkedPartial> = request.partials;
  return JSON.parse(JSON.stringify(await render({ ...request, partials })));
}
