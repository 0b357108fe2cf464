import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importDataset } from '../../src-main/data/import.ts';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { startServe } from '../../src-main/hosts/serve/serve.ts';
import { launchBrowser, openPage } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'ureal-'));
await writeSampleDataset(join(folder, 'films'), { users: 60, items: 60 });
const host = await startServe({ workspacePath: join(folder, 'ws') });
const browser = await launchBrowser();
const { page, errors } = await openPage(browser, host.url);
page.setDefaultTimeout(30000);
const shot = (n: string) => page.screenshot({ path: `/tmp/shots/${n}.png` });
const s = await import(process.env.SCRIPT!);
try {
  await s.default({ page, shot, host, folder });
} catch (e) {
  console.log(String(e).slice(0, 500));
  await shot('real-failed');
}
console.log(errors);
await browser.close();
await host.close();
