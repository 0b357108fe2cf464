import { useState } from 'react';
import { useOutput, WORKBENCH_CHANNEL } from '../../state/output.ts';
import { useRunLog } from '../../state/runLog.ts';
import { isRunActive, runs } from '../../state/stores.ts';
import { Select } from '../../widgets/controls.tsx';
import { LogView } from '../../widgets/LogView.tsx';

const SHOWN_RUNS = 30;

/** The log of a run, or what the workbench itself has said. */
export default function OutputPanel() {
  const list = runs.use((state) => state.value);
  const [chosen, setChosen] = useState<string | null>(null);
  const channel = chosen ?? list.find(isRunActive)?.id ?? WORKBENCH_CHANNEL;
  const log = useRunLog(channel === WORKBENCH_CHANNEL ? null : channel);
  const own = useOutput((state) => state.lines[WORKBENCH_CHANNEL]) ?? [];
  const lines = channel === WORKBENCH_CHANNEL ? own : log.lines;
  return (
    <div className="output">
      <div className="output-bar">
        <Select
          inline
          label="Output of"
          value={channel}
          options={[
            { value: WORKBENCH_CHANNEL, label: 'Workbench' },
            ...list.slice(0, SHOWN_RUNS).map((run) => ({ value: run.id, label: `${run.name} (${run.status})` })),
          ]}
          onChange={(event) => setChosen(event.target.value)}
        />
      </div>
      {lines.length === 0 ? <p className="padded muted">Nothing has been written here yet.</p> : <LogView label="Output" lines={lines} />}
    </div>
  );
}
