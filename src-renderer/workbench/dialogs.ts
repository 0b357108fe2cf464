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

/** A question that is answered with a line of text. */
export interface TextQuestion {
  title: string;
  detail: string;
  label: string;
  initial: string;
  /** What the button says. */
  action: string;
  /** What is wrong with a text; null when it will do. */
  check(text: string): string | null;
}

/** Told apart by number: a dialog that is closing must not take the next one with it. */
type Numbered<Q> = Q & { number: number };
type Asked = Numbered<TextQuestion & { answer(text: string | null): void }>;

interface DialogState {
  question: Numbered<Question> | null;
  textQuestion: Asked | null;
}

export const useDialog = create<DialogState>(() => ({ question: null, textQuestion: null }));

let questions = 0;

/** Asks for a line of text; null when the person closes the dialog. */
export function askText(question: TextQuestion): Promise<string | null> {
  questions += 1;
  const number = questions;
  return new Promise((resolve) => {
    const answer = (text: string | null) => {
      if (useDialog.getState().textQuestion?.number === number) useDialog.setState({ textQuestion: null });
      resolve(text);
    };
    useDialog.setState({ textQuestion: { ...question, answer, number } });
  });
}

/** Asks and waits; null when the person closes the dialog. */
export function ask(title: string, detail: string, choices: Choice[]): Promise<string | null> {
  questions += 1;
  const number = questions;
  return new Promise((resolve) => {
    const answer = (id: string | null) => {
      if (useDialog.getState().question?.number === number) useDialog.setState({ question: null });
      resolve(id);
    };
    useDialog.setState({ question: { title, detail, choices, answer, number } });
  });
}

/** True when the person agrees to something that cannot be undone. */
export async function confirmDanger(title: string, detail: string, label: string): Promise<boolean> {
  return (await ask(title, detail, [{ id: 'yes', label, kind: 'danger' }])) === 'yes';
}
