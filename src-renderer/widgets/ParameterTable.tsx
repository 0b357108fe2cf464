import type { ParameterCounts } from '../../src-shared/run.ts';

const COMPONENT_LABELS: Record<string, string> = {
  encoder: 'User encoder',
  languageModel: 'Language model',
  lora: 'LoRA adapters',
  projection: 'Projection',
  perceiver: 'Perceiver',
  crossAttention: 'Cross-attention',
  softPrompt: 'Soft prompt',
  gates: 'Gates',
};

interface ParameterTableProps {
  parameters: ParameterCounts;
  /** How a count is written: in full, or short where there is little room. */
  format(count: number): string;
  className?: string;
}

/** Total and trainable parameters of each component, and of all together. */
export function ParameterTable({ parameters, format, className = '' }: ParameterTableProps) {
  return (
    <table className={`grid-table ${className}`.trim()}>
      <caption className="visually-hidden">Parameters</caption>
      <thead>
        <tr>
          <th scope="col">Parameters</th>
          <th scope="col" className="end">
            Total
          </th>
          <th scope="col" className="end">
            Trainable
          </th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(parameters.byComponent).map(([name, count]) => (
          <tr key={name}>
            <th scope="row">{COMPONENT_LABELS[name] ?? name}</th>
            <td className="end">{format(count.total)}</td>
            <td className="end">{format(count.trainable)}</td>
          </tr>
        ))}
        <tr className="grid-total">
          <th scope="row">All</th>
          <td className="end">{format(parameters.total)}</td>
          <td className="end">{format(parameters.trainable)}</td>
        </tr>
      </tbody>
    </table>
  );
}
