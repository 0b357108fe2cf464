import { type ReproductionRequest, reproductionSizeSchema } from '../../../src-shared/reproduction.ts';
import { datasets, models } from '../../state/stores.ts';
import { Select } from '../../widgets/controls.tsx';

const SIZE_LABELS = { smoke: 'smoke: minutes on two cores', small: 'small: an evening', paper: 'paper: its sizes, for a GPU' };
const SEEDS = [1, 2, 3, 5, 10];
const NONE = '';

/** What the tables are computed on, and how much is computed. */
export function RequestForm({ request, onChange }: { request: ReproductionRequest; onChange(request: ReproductionRequest): void }) {
  const names = datasets.use((state) => state.value).map(({ name }) => ({ value: name, label: name }));
  const texts = datasets.use((state) => state.value).filter(({ textFeatures }) => textFeatures.length > 0);
  const pretrained = models.use((state) => state.value).map(({ name }) => ({ value: name, label: name }));
  const set = (part: Partial<ReproductionRequest>) => onChange({ ...request, ...part });
  return (
    <form className="reproduction-form" aria-label="What the tables are computed on" onSubmit={(event) => event.preventDefault()}>
      <Select
        label="Size"
        value={request.size}
        options={reproductionSizeSchema.options.map((value) => ({ value, label: SIZE_LABELS[value] }))}
        onChange={(event) => set({ size: reproductionSizeSchema.parse(event.target.value) })}
      />
      <Select label="Dataset" value={request.dataset} options={names} onChange={(event) => set({ dataset: event.target.value })} />
      <Select
        label="Dataset for reviews"
        value={request.reviewDataset ?? NONE}
        options={[
          { value: NONE, label: texts.length > 0 ? 'none' : 'none: no dataset has texts' },
          ...texts.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(event) => set({ reviewDataset: event.target.value || null })}
      />
      <Select
        label="Language model"
        value={request.languageModel ?? NONE}
        options={[{ value: NONE, label: 'a small one from scratch' }, ...pretrained]}
        onChange={(event) => set({ languageModel: event.target.value || null })}
      />
      <Select
        label="Seeds"
        value={String(request.seeds)}
        options={SEEDS.map((count) => ({ value: String(count), label: String(count) }))}
        onChange={(event) => set({ seeds: Number(event.target.value) })}
      />
    </form>
  );
}
