import { useProblems } from '../../state/problems.ts';
import { Icon } from '../../widgets/Icon.tsx';

/** What is wrong in the open files; a click leads to the place. */
export default function ProblemsPanel() {
  const files = Object.values(useProblems()).filter((file) => file.problems.length > 0);
  if (files.length === 0) return <p className="padded muted">No problems in the experiments and datasets that are open.</p>;
  return (
    <ul className="problems">
      {files.map((file) => (
        <li key={file.path}>
          <div className="problems-file">
            <Icon name={file.icon} /> {file.name} <span className="badge">{file.problems.length}</span>
          </div>
          <ul>
            {file.problems.map((problem) => (
              <li key={`${problem.line}:${problem.column}:${problem.message}`}>
                <button type="button" className="problem" onClick={() => file.open(problem)}>
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
