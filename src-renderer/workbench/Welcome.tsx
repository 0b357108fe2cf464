import { Button } from '../widgets/controls.tsx';
import { runCommand } from './commands.ts';
import { shownKeys } from './keybindings.ts';
import { registry } from './registry.ts';

const SHORTCUTS = ['workbench.showCommands', 'workbench.quickOpen', 'workbench.toggleSideBar', 'workbench.togglePanel'];

/** Shown while no editor is open: the way from a file to a result, with what is done ticked off. */
export function Welcome() {
  return (
    <div className="welcome">
      <div className="welcome-inner">
        <h1>User-LLM Workbench</h1>
        <p className="muted">Language models that know their user: trained, compared and looked into on this machine.</p>
        <p>
          <Button icon="mortar-board" onClick={() => runCommand('workbench.walkthrough', {})}>
            New here? Take the walkthrough
          </Button>
        </p>
        <ol className="welcome-steps">
          {registry.welcomeSteps.map((step) => (
            <li key={step.order}>
              <step.component />
            </li>
          ))}
        </ol>
        <dl className="welcome-keys">
          {SHORTCUTS.map((id) => registry.commands.get(id)!).map((command) => (
            <div key={command.id}>
              <dt>{command.label}</dt>
              <dd>
                <kbd>{shownKeys(command)}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
