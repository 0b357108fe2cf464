import type { Plan } from '../../../src-shared/contract.ts';
import type { Estimate } from '../../../src-shared/estimate.ts';
import type { SweepPreview } from '../../../src-shared/sweep.ts';
import { formatBytes, formatCount, formatSeconds, formatShort } from './numbers.ts';
import { parametersText } from './runTexts.ts';
import { formatPairs, formatTable } from './table.ts';

const right = (title: string) => ({ title, align: 'right' as const });

/** What an experiment would do, and what that takes here; without an estimate its columns stay empty. */
export function planText(plan: Plan, estimate: Estimate | null, sweep: SweepPreview | null): string {
  const parts = [factsText(plan, estimate, sweep), stagesText(plan, estimate), parametersText(plan)];
  return parts.join('\n');
}

function factsText({ data }: Plan, estimate: Estimate | null, sweep: SweepPreview | null): string {
  const part = (kept: number, all: number) => (kept === all ? `all ${formatCount(all)}` : `${formatCount(kept)} of ${formatCount(all)}`);
  const pairs: [string, string][] = [
    ['Users', part(data.users, data.dataset.users)],
    ['Events', part(data.events, data.dataset.events)],
  ];
  if (sweep) pairs.push(['Runs', `${formatCount(sweep.runs.length)}; what follows is the first of them`]);
  if (estimate) pairs.push(['Time', `about ${formatSeconds(estimate.seconds)}`], ['Memory', `about ${formatBytes(estimate.memoryBytes)}`]);
  return formatPairs(pairs);
}

function stagesText({ stages }: Plan, estimate: Estimate | null): string {
  const rows = stages.map(({ name, steps, tokens, flops }) => {
    const estimated = estimate?.stages.find((stage) => stage.name === name);
    const time = estimated ? (estimated.reused ? 'reused' : formatSeconds(estimated.seconds)) : '';
    const memory = estimated ? formatBytes(estimated.memoryBytes) : '';
    return [name, formatCount(steps), formatShort(tokens), formatShort(flops), time, memory];
  });
  if (estimate) rows.unshift(['preparation', '', '', '', formatSeconds(estimate.preparationSeconds), '']);
  return formatTable([{ title: 'Stage' }, right('Steps'), right('Tokens'), right('FLOPs'), right('Time'), right('Memory')], rows);
}
