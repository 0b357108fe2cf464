import { useEffect, useRef, useState } from 'react';
import { useConnectionState } from '../state/backend.ts';
import { Button, TextField } from '../widgets/controls.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { type Question, useDialog } from './dialogs.ts';

export function Dialog() {
  const { question, textQuestion } = useDialog();
  return (
    <>
      {question && <QuestionDialog key={question.number} {...question} />}
      {textQuestion && <TextDialog key={textQuestion.number} {...textQuestion} />}
    </>
  );
}

type TextDialogProps = NonNullable<ReturnType<typeof useDialog.getState>['textQuestion']>;

function TextDialog({ title, detail, label, initial, action, check, answer }: TextDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(initial);
  const wrong = text === initial ? null : check(text.trim());
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('input')?.select();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" aria-describedby="dialog-detail" onClose={() => answer(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (check(text.trim()) === null) answer(text.trim());
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        <p id="dialog-detail">{detail}</p>
        <TextField
          label={label}
          value={text}
          error={wrong}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <div className="dialog-buttons">
          <Button kind="primary" type="submit" disabled={check(text.trim()) !== null}>
            {action}
          </Button>
          <Button onClick={() => answer(null)}>Cancel</Button>
        </div>
      </form>
    </dialog>
  );
}

function QuestionDialog({ title, detail, choices, answer }: Question) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" aria-describedby="dialog-detail" onClose={() => answer(null)}>
      <h2 id="dialog-title">{title}</h2>
      <p id="dialog-detail">{detail}</p>
      <div className="dialog-buttons">
        {choices.map((choice) => (
          <Button key={choice.id} kind={choice.kind ?? 'secondary'} onClick={() => answer(choice.id)}>
            {choice.label}
          </Button>
        ))}
        <Button onClick={() => answer(null)}>Cancel</Button>
      </div>
    </dialog>
  );
}

/** Says so while the backend cannot be reached; what is on the page may be out of date. */
export function ConnectionBanner() {
  const state = useConnectionState();
  if (state !== 'lost') return null;
  return (
    <div className="banner" role="alert">
      <Icon name="debug-disconnect" />
      The connection to the backend is lost. Trying again; runs go on without this window.
    </div>
  );
}
