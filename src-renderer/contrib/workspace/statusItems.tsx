import type { EngineStatus as Engine } from '../../../src-shared/contract.ts';
import { useConnectionState } from '../../state/backend.ts';
import { doctor, workspace } from '../../state/stores.ts';
import { runCommand } from '../../workbench/commands.ts';
import { StatusEntry } from '../../workbench/StatusBar.tsx';

export function WorkspaceStatus() {
  const info = workspace.use((state) => state.value);
  return (
    <StatusEntry icon="folder" title={info ? `Workspace ${info.path}` : 'Workspace'} onClick={() => runCommand('workspace.engines', {})}>
      {info?.name ?? '…'}
    </StatusEntry>
  );
}

export function ConnectionStatus() {
  const state = useConnectionState();
  if (state !== 'lost') return null;
  return (
    <StatusEntry icon="debug-disconnect" kind="warn" title="The connection to the backend is lost; trying again">
      Disconnected
    </StatusEntry>
  );
}

/** The engine that runs by default: graphics before processor, compiled before eager. */
function usual(engines: Engine[]): Engine | undefined {
  const available = engines.filter((engine) => engine.available);
  return available.find((engine) => engine.provider !== 'cpu' && engine.engine === 'onnx') ?? available[0];
}

export function EngineStatus() {
  const report = doctor.use((state) => state.value);
  const engine = report && usual(report.engines);
  const text = engine ? `${engine.engine} · ${engine.device ?? engine.provider}` : 'no engine';
  return (
    <StatusEntry
      icon="chip"
      kind={report && !engine ? 'warn' : undefined}
      title={`Engine: ${text}. Show all engines`}
      onClick={() => runCommand('workspace.engines', {})}
    >
      {report ? text : '…'}
    </StatusEntry>
  );
}
