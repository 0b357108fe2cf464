import { create } from 'zustand';

export interface Choice {
  id: string;
  label: string;
  kind?: 'primary' | 'danger';
}

export interface Question {
  title: string;
  detail: string;
  choices: Choice[];
  answer(id: string | null): void;
}

export const useDialog = create<{ question: Question | null }>(() => ({ question: null }));

/** Asks and waits; null when the person closes the dialog. */
export function ask(title: string, detail: string, choices: Choice[]): Promise<string | null> {
  return new Promise((resolve) => {
    const answer = (id: string | null) => {
      useDialog.setState({ question: null });
      resolve(id);
    };
    useDialog.setState({ question: { title, detail, choices, answer } });
  });
}

/** True when the person agrees to something that cannot be undone. */
export async function confirmDanger(title: string, detail: string, label: string): Promise<boolean> {
  return (await ask(title, detail, [{ id: 'yes', label, kind: 'danger' }])) === 'yes';
}
