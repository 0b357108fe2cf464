import type { Command } from 'commander';
import type { DoctorReport } from '../../../../src-shared/contract.ts';
import { addCommand } from '../command.ts';
import { formatBytes } from '../numbers.ts';
import { type CommonOptions, withSession } from '../session.ts';
import { formatPairs, formatTable } from '../table.ts';

export function registerDoctorCommand(program: Command): void {
  addCommand<CommonOptions & { linkTensorflow?: string }>(
    program,
    'doctor',
    'engines, devices and versions; what is missing and how to get it',
    async (_args, options) => {
      if (options.linkTensorflow !== undefined) await link(options.linkTensorflow);
      return withSession(options, async ({ client }) => {
        const report = await client.call('doctor.report', {});
        return { document: report, text: doctorText(report) };
      });
    },
  ).option('--link-tensorflow <folder>', 'first build the tensorflow engine against the TensorFlow in this folder (of a Python package)');
}

/** Loaded only when asked for: it runs a compiler. */
async function link(folder: string): Promise<void> {
  const { linkTensorflow } = await import('../../../engine/tensorflow/link.ts');
  await linkTensorflow(folder);
}

function doctorText({ engines, versions, workspace }: DoctorReport): string {
  const rows = engines.map(({ engine, provider, available, device }) => [engine, provider, available ? 'yes' : 'no', device ?? '']);
  const table = formatTable(
    ['Engine', 'Provider', 'Works', 'Device'].map((title) => ({ title })),
    rows,
  );
  const reasons = engines
    .filter(({ reason }) => reason)
    .map(({ engine, provider, reason }) => `${engine} ${provider}: ${firstLine(reason)}\n`);
  const sizes = `${formatBytes(workspace.databaseBytes)} database, ${formatBytes(workspace.blobsBytes)} checkpoints`;
  const why = reasons.length > 0 ? `\nWhat does not work, and why:\n${reasons.join('')}` : '';
  return `${table}${why}\n${formatPairs(Object.entries(versions))}\nWorkspace ${workspace.path}: ${sizes}, version ${workspace.schemaVersion}\n`;
}

function firstLine(text: string | null): string {
  return text?.split('\n')[0] ?? '';
}
