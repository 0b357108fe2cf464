import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../widgets/controls.tsx';
import { allKeybindings, conflictsOf } from '../keybindings.ts';
import { displayKeys, keysOfPress } from '../keys.ts';
import { type Command, registry } from '../registry.ts';

interface KeyRecorderProps {
  command: Command;
  onKeys(keys: string): void;
  onClose(): void;
}

/** Asks for new keys by pressing them: one press or a chord of two. Enter takes them, Escape leaves. */
export function KeyRecorder({ command, onKeys, onClose }: KeyRecorderProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [presses, setPresses] = useState<string[]>([]);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const keys = presses.join(' ');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (event.key === 'Enter' && plain) {
      if (keys !== '') onKeys(keys);
      return;
    }
    const press = keysOfPress(event.nativeEvent);
    if (press !== null) setPresses((before) => (before.length === 1 ? [...before, press] : [press]));
  };
  return (
    <dialog ref={dialog} className="dialog" data-records-keys="" aria-labelledby="recorder-title" onClose={onClose}>
      <h2 id="recorder-title">
        Keys for {command.category}: {command.label}
      </h2>
      <p>Press the keys: with Ctrl or Alt, or a function key; a second press makes a chord. Enter takes them, Escape leaves.</p>
      <input
        className="input key-recorder"
        aria-label="New keys"
        readOnly
        autoFocus
        value={displayKeys(keys)}
        placeholder="nothing pressed yet"
        onKeyDown={onKeyDown}
      />
      <p className="warn key-conflict" role="status">
        {keys !== '' && conflictText(command.id, keys)}
      </p>
      <div className="dialog-buttons">
        <Button kind="primary" disabled={keys === ''} onClick={() => onKeys(keys)}>
          Take these keys
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </dialog>
  );
}

function conflictText(commandId: string, keys: string): string {
  const others = conflictsOf(commandId, [keys], allKeybindings()).map((id) => registry.commands.get(id)!);
  if (others.length === 0) return '';
  return `These keys also run: ${others.map((other) => `${other.category}: ${other.label}`).join('; ')}. Where both can act, one of them does not get them.`;
}
