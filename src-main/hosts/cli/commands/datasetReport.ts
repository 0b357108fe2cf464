import type { Command } from 'commander';
import { paperCounts } from '../../../../src-shared/dataset.ts';
import { addCommand } from '../command.ts';
import { reportText } from '../datasetTexts.ts';
import { datasetDocument } from '../documents.ts';
import { type CommonOptions, withSession } from '../session.ts';
import { addViewOptions, type ViewOptions, viewFrom } from '../viewOptions.ts';

export function registerDatasetReport(program: Command): void {
  const command = addCommand<CommonOptions & ViewOptions>(
    program,
    'dataset <name>',
    'show what is in a dataset, or in a view of it',
    async ([name], options) =>
      withSession(options, async ({ client }) => {
        const { summary, ...report } = await client.call('datasets.report', { name: name!, view: viewFrom(options) });
        const document = { dataset: datasetDocument(summary), report, paperTable1: paperCounts(summary) };
        return { document, text: reportText({ summary, ...report }) };
      }),
  );
  addViewOptions(command);
}
