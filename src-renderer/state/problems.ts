import { create } from 'zustand';
import type { Problem } from '../../src-shared/experiment.ts';

export interface FileProblems {
  path: string;
  name: string;
  icon: string;
  problems: Problem[];
  /** Leads to the place of one of them. */
  open(problem: Problem): void;
}

/** What is wrong in the files that are open, by path. */
export const useProblems = create<Record<string, FileProblems>>(() => ({}));

export function setProblems(file: FileProblems): void {
  useProblems.setState({ [file.path]: file });
}

export function clearProblems(path: string): void {
  const { [path]: _gone, ...rest } = useProblems.getState();
  useProblems.setState(rest, true);
}

export function countProblems(files: Record<string, FileProblems>): { errors: number; warnings: number } {
  const all = Object.values(files).flatMap((file) => file.problems);
  const errors = all.filter((problem) => problem.severity === 'error').length;
  return { errors, warnings: all.length - errors };
}
