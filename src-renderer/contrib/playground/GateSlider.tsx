import { useId } from 'react';
import { Button } from '../../widgets/controls.tsx';

const MOST = 3;
const STEP = 0.1;

/** Every gate times this, from 0 (the user is kept out) to three times what was learnt. */
export function GateSlider({ value, enabled, onChange }: { value: number; enabled: boolean; onChange(value: number): void }) {
  const id = useId();
  return (
    <div className="play-gates">
      <label htmlFor={id}>Gate scale</label>
      <input
        id={id}
        type="range"
        min={0}
        max={MOST}
        step={STEP}
        value={value}
        disabled={!enabled}
        aria-valuetext={`gates times ${value}`}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      {enabled ? (
        <>
          <span className="numeric">× {value.toFixed(1)}</span>
          {value !== 1 && (
            <Button kind="link" onClick={() => onChange(1)}>
              As learnt
            </Button>
          )}
        </>
      ) : (
        <span className="muted">this run has no cross-attention</span>
      )}
    </div>
  );
}
