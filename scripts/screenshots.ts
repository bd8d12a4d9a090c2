// Takes pictures of the real workbench: opens a folder with the extension under development, performs the given steps
// by keyboard, and saves a PNG per theme.
//
//   node scripts/screenshots.ts [options] [step…]
//
//   --folder PATH      the folder to open (default: a new copy of demo/ with a seeded registry)
//   --governed         the demo with approvals in production and promotions that wait
//   --out DIR          the folder for the pictures (default: out/screenshots)
//   --name NAME        the name of the last picture (default: workbench)
//   --theme T          light, dark or contrast; may be given several times (default: all three)
//   --version V        1.105 or 1.139 (default)
//   --size WxH         the window in pixels (default: 1440x900)
//   --zoom N           the window's zoom level (default: 0)
//   --setting KEY=JSON a user setting; may be given several times
//   --no-build         use the existing dist/
//   --no-keychain      run without a keychain
//
// A step is the title of a palette command ("PromptForge: Publish…") or one of
//   open:PATH   open a file of the folder        type:TEXT   type into the focused element
//   key:KEYS    press keys (Playwright's names)  wait:MS     wait
//   click:TEXT  click the element with this text shot:NAME   save a picture at this point
//   print:CSS   print the text of matching elements

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { buildProduct } from './build.ts';
import { prepareDemo } from './demoWorkspace.ts';
import { openWindow, startBrowser } from './host/browser.ts';
import { startServer } from './host/runningServer.ts';
import { provideBrowser, provideKeyring } from './host/systemPackages.ts';
import { installServer } from './host/vscodeServer.ts';
import { hostVersion, NEWEST } from './host/vscodeVersions.ts';
import { openFile, openWorkbench, runFromPalette, settle } from './host/workbenchWindow.ts';
import { ROOT } from './projectRoot.ts';

const THEMES: Readonly<Record<string, string>> = {
  light: 'Light 2026',
  dark: 'Dark 2026',
  contrast: 'Default High Contrast',
};

const { values: options, positionals: steps } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string' },
    governed: { type: 'boolean', default: false },
    out: { type: 'string', default: join(ROOT, 'out', 'screenshots') },
    name: { type: 'string', default: 'workbench' },
    theme: { type: 'string', multiple: true, default: Object.keys(THEMES) },
    version: { type: 'string', default: NEWEST.vscode },
    size: { type: 'string', default: '1440x900' },
    zoom: { type: 'string', default: '0' },
    setting: { type: 'string', multiple: true, default: [] },
    'no-build': { type: 'boolean', default: false },
    'no-keychain': { type: 'boolean', default: false },
  },
});

await takePictures();

async function takePictures(): Promise<void> {
  const [installed, executable] = await Promise.all([
    installServer(hostVersion(options.version), console.log),
    provideBrowser(console.log),
    provideKeyring(console.log),
    options['no-build'] ? undefined : buildProduct(),
  ]);
  await mkdir(options.out, { recursive: true });
  for (const theme of options.theme) {
    const themeName = THEMES[theme];
    if (themeName === undefined) throw new Error(`No theme "${theme}": take light, dark or contrast.`);
    await using cleanUp = new AsyncDisposableStack();
    const scratch = await mkdtemp(join(tmpdir(), 'promptforge-picture-'));
    cleanUp.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
    const demo =
      options.folder === undefined
        ? await prepareDemo(join(scratch, 'demo'), console.log, options.governed ? 'team' : 'alone')
        : undefined;
    const server = await startServer(installed, {
      folder: scratch,
      keychain: options['no-keychain'] ? 'none' : 'own',
      workspaceTrust: false,
      acceptPayload: true,
      settings: {
        ...demo?.settings,
        'workbench.colorTheme': themeName,
        'window.zoomLevel': Number(options.zoom),
        ...Object.fromEntries(options.setting.map(parseSetting)),
      },
    });
    cleanUp.defer(() => server.stop());
    const browser = await startBrowser(executable);
    cleanUp.defer(() => browser.close());
    const page = await (await openWindow(browser)).newPage();
    const [width = 1440, height = 900] = options.size.split('x').map(Number);
    await page.setViewportSize({ width, height });
    const folder = demo?.workspace ?? resolve(options.folder ?? '.');
    const save = async (name: string): Promise<void> => {
      await settle(page);
      const file = join(options.out, `${name}-${theme}.png`);
      await page.screenshot({ path: file });
      console.log(file);
    };
    try {
      await openWorkbench(
        page,
        server.workbench(folder, [
          ['extensionDevelopmentPath', `vscode-remote://${server.authority}${ROOT}`],
        ]),
      );
      for (const step of steps) await take(step, page, save);
      await save(options.name);
    } catch (error) {
      await save(`${options.name}-failed`);
      throw error;
    }
  }
}

async function take(step: string, page: Page, save: (name: string) => Promise<void>): Promise<void> {
  const [, verb, argument = ''] = /^(open|type|key|wait|click|shot|print):(.*)$/s.exec(step) ?? [];
  if (verb === 'open') await openFile(page, argument);
  else if (verb === 'type') await page.keyboard.type(argument);
  else if (verb === 'key') await page.keyboard.press(argument);
  else if (verb === 'wait') await delay(Number(argument));
  else if (verb === 'click') await page.getByText(argument, { exact: true }).first().click();
  else if (verb === 'shot') await save(argument);
  else if (verb === 'print') console.log((await page.locator(argument).allInnerTexts()).join('\n'));
  else await runFromPalette(page, step);
  await settle(page, 250);
}

function parseSetting(setting: string): [string, unknown] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at), JSON.parse(setting.slice(at + 1))];
}
