import type { Task } from '../../src-shared/experiment.ts';
import {
  CONSTRAINED,
  FLOPS,
  FUSED,
  gateColumn,
  MILLISECONDS,
  RECALLS,
  RETENTION,
  ROUGE,
  type RunColumn,
  TEST_LOSS,
  TEXT_RATIO,
  TOKENS,
  TRAINABLE,
} from './columns.ts';
import type { Variant } from './experiments.ts';
import type { Size } from './sizes.ts';

export interface RowDefinition {
  readonly label: string;
  readonly variant: Variant;
  /** History length of the request whose cost is shown. */
  readonly requestLength?: number;
  /** Numbers of the paper by column key: those that are at hand. */
  readonly paper?: Readonly<Record<string, number | string>>;
}

/** A table of runs. */
export interface TableDefinition {
  readonly id: string;
  /** What the paper calls it; null: not in the paper. */
  readonly paper: string | null;
  readonly title: string;
  readonly columns: readonly RunColumn[];
  readonly rows: readonly RowDefinition[];
  /** What must be known to read it, contradictions of the paper among it. */
  readonly notes?: readonly string[];
}

const STRATEGIES = ['full', 'lora', 'enc', 'proj'] as const;
const TASKS: readonly { task: Task; label: string }[] = [
  { task: 'next-item', label: 'next item' },
  { task: 'favourite-genre', label: 'favourite category' },
  { task: 'review', label: 'review' },
];
const TASK_COLUMNS = [...RECALLS, ROUGE];
const NEXT_ITEM_COLUMNS = [...RECALLS, CONSTRAINED, FUSED, TEST_LOSS];

const RECALL_5 = "The paper gives MovieLens-20M's Recall@5 as .154 in its tables 2, 8 and 9 and as .164 in table 10.";
const RECALL_10 = "The paper gives MovieLens-20M's Recall@10 as .243 in its tables 8 to 10 and as .227 in table 12.";
const SOFT_PROMPT = "The paper gives the soft prompt's Recall@1 on MovieLens-20M as .047 in table 6 and as .051 in table 11.";
const POPULARITY = 'Popularity: the most popular titles for everyone alike.';

/** Every table and figure that runs are needed for, at one size. */
export function tableDefinitions(size: Size): TableDefinition[] {
  return [
    tasks(),
    tokens(size),
    strategies(),
    historyCost(size),
    perceiver(size),
    integrations('table-6', 'Table 6', ['next-item']),
    longAndShort('table-8', 'Table 8', ['next-item'], size),
    encoders(),
    longAndShort('table-10', 'Table 10', ['next-item', 'favourite-genre'], size),
    integrations('table-11', 'Table 11', ['next-item', 'favourite-genre', 'review']),
    historyLength(size),
    gates(size),
    ablations(),
    retention(),
  ];
}

function tasks(): TableDefinition {
  const rows = TASKS.flatMap(({ task, label }): RowDefinition[] => [
    { label: `${label}: language model without the user`, variant: { task, kind: 'none' } },
    { label: `${label}: text prompt`, variant: { task, kind: 'text-prompt' } },
    { label: `${label}: User-LLM`, variant: { task }, ...(task === 'next-item' && { paper: { 'recall@5': 0.154 } }) },
  ]);
  const title = 'User-LLM against the text prompt, by task';
  return { id: 'table-2', paper: 'Table 2', title, columns: [...TASK_COLUMNS, CONSTRAINED, FUSED], rows, notes: [RECALL_5, POPULARITY] };
}

function tokens({ promptedLengths, embedded, prompted }: Size): TableDefinition {
  const textRows = promptedLengths.map((length): RowDefinition => {
    return {
      label: `text prompt, ${length} events`,
      variant: { task: 'next-item', kind: 'text-prompt', prompted: length },
      requestLength: length,
    };
  });
  const rows: RowDefinition[] = [
    { label: 'no user', variant: { task: 'next-item', kind: 'none' }, requestLength: embedded },
    ...textRows,
    {
      label: `text summary of ${prompted} events`,
      variant: { task: 'next-item', kind: 'text-summary' },
      requestLength: prompted,
    },
    {
      label: `User-LLM, ${embedded} events`,
      variant: { task: 'next-item' },
      requestLength: embedded,
      paper: { 'request.tokensPerRequest': 32 },
    },
  ];
  const title = 'Next item against the number of tokens that the language model reads';
  return { id: 'figure-3', paper: 'Figure 3', title, columns: [TOKENS, ...NEXT_ITEM_COLUMNS], rows, notes: [POPULARITY] };
}

function strategies(): TableDefinition {
  const rows = STRATEGIES.map((strategy): RowDefinition => {
    const paper = strategy === 'full' ? { 'recall@5': 0.154, 'recall@10': 0.243 } : undefined;
    return { label: strategy, variant: { task: 'next-item', strategy }, ...(paper && { paper }) };
  });
  const title = 'Training strategies: what trains, and how well it does';
  return { id: 'table-3', paper: 'Table 3', title, columns: [TRAINABLE, ...NEXT_ITEM_COLUMNS], rows, notes: [RECALL_5, RECALL_10] };
}

/** By number of events. */
const PAPER_TOKENS: Readonly<Record<number, number>> = { 50: 700, 100: 1350, 200: 2500 };
const PAPER_RATIOS: Readonly<Record<number, number>> = { 50: 21.9, 100: 42.2, 200: 78.1 };

function historyCost({ lengths }: Size): TableDefinition {
  const rows = lengths.map((embedded): RowDefinition => {
    const ratio = PAPER_RATIOS[embedded];
    return {
      label: `${embedded} events`,
      variant: { task: 'next-item', embedded, strategy: 'enc' },
      requestLength: embedded,
      ...(ratio !== undefined && { paper: { 'request.textRatio': ratio, 'request.tokensPerRequest': 32 } }),
    };
  });
  const notes = [
    `The paper counts ${Object.values(PAPER_TOKENS).join(', ')} tokens of a text prompt at 50, 100 and 200 events, and 32 of User-LLM at any length.`,
    'The paper\'s "performance improvement" in this table is the ratio of the Recall@10 of its table 12.',
  ];
  return {
    id: 'table-4',
    paper: 'Table 4',
    title: 'What a request costs, by the length of the history',
    columns: [TEXT_RATIO, TOKENS, FLOPS, MILLISECONDS, ...RECALLS],
    rows,
    notes,
  };
}

function perceiver({ embedded, perceiver: { numLatents } }: Size): TableDefinition {
  const rows: RowDefinition[] = [
    { label: `${embedded} user embeddings`, variant: { task: 'next-item' }, requestLength: embedded },
    { label: `Perceiver: ${numLatents} vectors`, variant: { task: 'next-item', perceiver: true }, requestLength: embedded },
  ];
  const notes = [
    `The paper compresses 50 embeddings to 16 vectors (-68 %); here ${embedded} become ${numLatents} (${Math.round((numLatents / embedded - 1) * 100)} %).`,
  ];
  const columns = [TRAINABLE, FLOPS, MILLISECONDS, ...NEXT_ITEM_COLUMNS];
  return { id: 'table-5', paper: 'Table 5', title: 'With and without the Perceiver', columns, rows, notes };
}

function integrations(id: 'table-6' | 'table-11', paper: string, tasks: readonly Task[]): TableDefinition {
  const softPrompt = id === 'table-6' ? 0.047 : 0.051;
  const rows = TASKS.filter(({ task }) => tasks.includes(task)).flatMap(({ task, label }): RowDefinition[] => [
    { label: `${label}: cross-attention`, variant: { task } },
    {
      label: `${label}: soft prompt`,
      variant: { task, kind: 'soft-prompt' },
      ...(task === 'next-item' && { paper: { 'recall@1': softPrompt } }),
    },
  ]);
  const columns = tasks.length === 1 ? NEXT_ITEM_COLUMNS : TASK_COLUMNS;
  return { id, paper, title: 'Cross-attention against the soft prompt', columns, rows, notes: [SOFT_PROMPT] };
}

function longAndShort(id: 'table-8' | 'table-10', paper: string, tasks: readonly Task[], { embedded, shortTerm }: Size): TableDefinition {
  const ofPaper = id === 'table-8' ? { 'recall@5': 0.154, 'recall@10': 0.243 } : { 'recall@5': 0.164, 'recall@10': 0.243 };
  const rows = TASKS.filter(({ task }) => tasks.includes(task)).flatMap(({ task, label }): RowDefinition[] => [
    { label: `${label}: ${embedded} embedded`, variant: { task }, ...(task === 'next-item' && { paper: ofPaper }) },
    { label: `${label}: ${embedded} embedded, ${shortTerm} prompted`, variant: { task, prompted: shortTerm } },
    { label: `${label}: ${shortTerm} prompted`, variant: { task, kind: 'text-prompt', prompted: shortTerm } },
  ]);
  const columns = tasks.length === 1 ? NEXT_ITEM_COLUMNS : TASK_COLUMNS.slice(0, -1);
  return { id, paper, title: 'Long and short term: embedded and prompted events', columns, rows, notes: [RECALL_5, RECALL_10] };
}

function encoders(): TableDefinition {
  const rows = (['autoregressive', 'dual'] as const).flatMap((encoder) =>
    STRATEGIES.flatMap((strategy) =>
      (['pretrained', 'random'] as const).map((init): RowDefinition => {
        const isPapers = encoder === 'autoregressive' && strategy === 'full' && init === 'pretrained';
        return {
          label: `${encoder}, ${strategy}, ${init}`,
          variant: { task: 'next-item', encoder, strategy, init },
          ...(isPapers && { paper: { 'recall@5': 0.154, 'recall@10': 0.243 } }),
        };
      }),
    ),
  );
  const title = 'Encoders and strategies, the encoder pretrained or random';
  return { id: 'table-9', paper: 'Table 9', title, columns: [...RECALLS, CONSTRAINED, TEST_LOSS], rows, notes: [RECALL_5, RECALL_10] };
}

function historyLength({ lengths }: Size): TableDefinition {
  const rows = (['full', 'enc'] as const).flatMap((strategy) =>
    lengths.map((embedded): RowDefinition => {
      const isPapers = strategy === 'full' && embedded === 50;
      const label = `${embedded} events, language model ${strategy === 'full' ? 'trained' : 'frozen'}`;
      return { label, variant: { task: 'next-item', strategy, embedded }, ...(isPapers && { paper: { 'recall@10': 0.227 } }) };
    }),
  );
  return { id: 'table-12', paper: 'Table 12', title: 'Length of the history', columns: NEXT_ITEM_COLUMNS, rows, notes: [RECALL_10] };
}

function gates({ base }: Size): TableDefinition {
  const lm = base.languageModel;
  const layers = typeof lm === 'object' ? (lm.numLayers ?? 0) : 0;
  const rows = (['full', 'enc'] as const).map((strategy): RowDefinition => ({ label: strategy, variant: { task: 'next-item', strategy } }));
  const notes = ['The paper calls the gate "a scalar between 0 and 1"; tanh(alpha) lies between -1 and 1.'];
  const columns = Array.from({ length: layers }, (_, layer) => gateColumn(layer));
  return { id: 'figure-4', paper: 'Figure 4', title: 'Gate tanh(alpha) of every layer after training', columns, rows, notes };
}

function ablations(): TableDefinition {
  const task = 'next-item';
  const rows: RowDefinition[] = [
    { label: 'everything', variant: { task } },
    { label: 'no pretraining of the encoder', variant: { task, init: 'random' } },
    { label: 'no gates', variant: { task, ablation: 'no gates' } },
    { label: 'titles only', variant: { task, ablation: 'titles only' } },
    { label: 'equation 1 read literally', variant: { task, ablation: 'equation 1 read literally' } },
    { label: 'cross-attention in every second layer', variant: { task, ablation: 'every second layer' } },
    { label: 'BERT4Rec encoder', variant: { task, encoder: 'bert4rec' } },
    { label: 'no user', variant: { task, kind: 'none' } },
  ];
  return { id: 'ablations', paper: null, title: 'What each component is worth', columns: NEXT_ITEM_COLUMNS, rows };
}

function retention(): TableDefinition {
  const rows = STRATEGIES.map((strategy): RowDefinition => ({ label: strategy, variant: { task: 'next-item', strategy } }));
  const notes = ['The paper asserts that knowledge is retained and does not measure it. Generic text that comes with the program.'];
  return { id: 'retention', paper: null, title: 'Knowledge retention by strategy', columns: RETENTION, rows, notes };
}
