import { useProblems } from '../../state/problems.ts';
import { requestReveal } from '../../state/reveal.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { openExperiment } from './experimentActions.ts';

/** What is wrong in the open files; a click leads to the place. */
export default function ProblemsPanel() {
  const files = Object.values(useProblems()).filter((file) => file.problems.length > 0);
  if (files.length === 0) return <p className="padded muted">No problems in the open experiment files.</p>;
  return (
    <ul className="problems">
      {files.map((file) => (
        <li key={file.path}>
          <div className="problems-file">
            <Icon name="beaker" /> {file.name} <span className="badge">{file.problems.length}</span>
          </div>
          <ul>
            {file.problems.map((problem) => (
              <li key={`${problem.line}:${problem.column}:${problem.message}`}>
                <button
                  type="button"
                  className="problem"
                  onClick={() => {
                    requestReveal({ path: file.path, line: problem.line, column: problem.column });
                    openExperiment(file.path);
                  }}
                >
                  <Icon
                    name={problem.severity === 'error' ? 'error' : 'warning'}
                    className={problem.severity === 'error' ? 'bad' : 'warn'}
                  />
                  <span className="ellipsis">{problem.message}</span>
                  {problem.path && <code className="muted">{problem.path}</code>}
                  <span className="muted">
                    [Ln {problem.line}, Col {problem.column}]
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
