import type { MethodInput } from '../../../src-shared/contract.ts';
import type { Experiment } from '../../../src-shared/experiment.ts';
import type { HistoryEvent, UserHistory } from '../../../src-shared/history.ts';

/** The ways of writing that stand side by side. */
export const COLUMN_IDS = ['personalised', 'unpersonalised', 'another', 'text-prompt'] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

export const COLUMN_LABELS: Record<ColumnId, string> = {
  personalised: 'Personalised',
  unpersonalised: 'Unpersonalised',
  another: 'Another user',
  'text-prompt': 'Text prompt',
};

/** What all columns are written from. */
export interface Setting {
  readonly runId: string;
  readonly integration: Experiment['integration']['kind'];
  readonly userId: number;
  /** null: what the user has really done. */
  readonly history: HistoryEvent[] | null;
  readonly own: UserHistory;
  readonly anotherUserId: number | null;
  /** The run whose language model reads the history as text. */
  readonly textRunId: string;
  readonly gateScale: number;
}

export type ColumnRequest = Pick<MethodInput<'runs.write'>, 'runId' | 'userId' | 'history' | 'userPath' | 'promptedEvents' | 'gateScale'>;

/** What one column asks of the backend; null where there is nobody to write for. */
export function requestOf(column: ColumnId, setting: Setting): ColumnRequest | null {
  const { runId, userId, history, own, anotherUserId, textRunId } = setting;
  const edited = history ? { history } : {};
  const asTrained = { runId, promptedEvents: 'as-trained' as const, ...(hasGates(setting) && { gateScale: setting.gateScale }) };
  switch (column) {
    case 'personalised':
      return { ...asTrained, userId, ...edited };
    case 'unpersonalised':
      return { runId, userId: null };
    case 'another':
      return anotherUserId === null ? null : { ...asTrained, userId: anotherUserId };
    case 'text-prompt':
      return { runId: textRunId, userId, ...edited, userPath: false, promptedEvents: Math.max(own.promptedEvents, own.embeddedEvents) };
  }
}

/** Whether there are gates to scale. */
export function hasGates({ integration }: Pick<Setting, 'integration'>): boolean {
  return integration === 'cross-attention';
}
