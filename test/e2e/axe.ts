import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical violations as "rule: element", the one known exception of the docking library's tabs left out. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // Through the debugger, which the page's content security policy does not bind.
  await page.evaluate(source);
  const results = await page.evaluate(() =>
    (window as unknown as { axe: { run(context: unknown, options: unknown): Promise<AxeResults> } }).axe.run(document, {
      resultTypes: ['violations'],
    }),
  );
  return results.violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .flatMap((violation) => violation.nodes.map((node) => ({ rule: violation.id, html: node.html, why: node.failureSummary ?? '' })))
    .filter(({ rule, html }) => !(rule === 'nested-interactive' && html.includes('dv-tab')))
    .map(({ rule, html, why }) => `${rule}: ${html.slice(0, 200)} (${why.replace(/\s+/g, ' ').slice(0, 200)})`);
}
