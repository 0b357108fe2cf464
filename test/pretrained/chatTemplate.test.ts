import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fillChatTemplate, readChatTemplate } from '../../src-main/pretrained/chatTemplate.ts';
import { errorOf, temporaryFolder } from '../store/temporaryWorkspace.ts';

const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const MESSAGES = [{ role: 'user', content: 'Hello {{ you }}' }] as const;

function folderWith(files: Record<string, unknown>): string {
  const folder = temporaryFolder();
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  return folder;
}

it('a chat template is filled with messages, up to where the answer begins', () => {
  const folder = folderWith({ 'tokenizer_config.json': { chat_template: CHATML } });
  expect(fillChatTemplate(folder, MESSAGES)).toBe('<|im_start|>user\nHello {{ you }}<|im_end|>\n<|im_start|>assistant\n');
});

it('is found in each of the places where checkpoints keep it', () => {
  expect(readChatTemplate(folderWith({ 'chat_template.jinja': 'a' }))).toBe('a');
  expect(readChatTemplate(folderWith({ 'chat_template.json': { chat_template: 'b' } }))).toBe('b');
  const named = [
    { name: 'tool_use', template: 'x' },
    { name: 'default', template: 'c' },
  ];
  expect(readChatTemplate(folderWith({ 'tokenizer_config.json': { chat_template: named } }))).toBe('c');
  expect(readChatTemplate(folderWith({}))).toBeNull();
});

it('knows the special tokens, written as texts or as objects', () => {
  const tokens = { bos_token: '<s>', eos_token: { content: '</s>' } };
  const folder = folderWith({
    'tokenizer_config.json': tokens,
    'chat_template.jinja': '{{ bos_token }}[{{ messages[0].content }}]{{ eos_token }}',
  });
  expect(fillChatTemplate(folder, MESSAGES)).toBe('<s>[Hello {{ you }}]</s>');
});

it('says what is wrong with it', () => {
  const broken = folderWith({ 'chat_template.jinja': '{% if %}' });
  expect(errorOf(() => fillChatTemplate(broken, MESSAGES))).toMatchObject({ code: 'checkpoint-invalid' });
  const refusing = folderWith({ 'chat_template.jinja': "{{ raise_exception('no system messages') }}" });
  expect(errorOf(() => fillChatTemplate(refusing, MESSAGES)).message).toBe(
    `model "${refusing}": its chat template fails: no system messages`,
  );
});
