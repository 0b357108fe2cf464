interface Figure {
  label: string;
  value: string;
  note?: string;
  kind?: 'warn';
}

/** A row of numbers with their names. */
export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className="figures">
      {figures.map((figure) => (
        <div key={figure.label} className="figure">
          <dt>{figure.label}</dt>
          <dd className={figure.kind}>{figure.value}</dd>
          {figure.note && <dd className="figure-note">{figure.note}</dd>}
        </div>
      ))}
    </dl>
  );
}
