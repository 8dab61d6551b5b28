import type { Answer, ModelFacts } from '../worker/engine.js';
import { Board } from './board.js';
import { startEngine } from './client.js';
import { megabytes, percent, whole } from './numbers.js';
import { onFile } from './opening.js';
import { MIDDLE, nextSlots, NO_SLOTS } from './slots.js';
import { Strip } from './strip.js';
import { TextField } from './textField.js';
import { Thinking } from './thinking.js';
import { Typing } from './typing.js';
import { YourWords } from './yourWords.js';

/** The page: what is typed goes to the text, the text to the worker, its words to the strip. */

const SAVE_MS = 500;
const LONGEST_CHARACTER = 32;

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id} is missing.`);
  return found;
}

const area = element('text', HTMLTextAreaElement);
const corrects = element('corrects', HTMLInputElement);
const onSpace = element('on-space', HTMLInputElement);
const showsBoard = element('shows-board', HTMLInputElement);
const modelLine = element('model', HTMLElement);
const savedLine = element('saved', HTMLElement);
const wrong = element('wrong', HTMLElement);
const boardElement = element('board', HTMLElement);

const engine = startEngine(new URL('worker.js', document.baseURI));
const field = new TextField(area);
const keys = { pressed: 0, saved: 0 };
let slots = NO_SLOTS;
let isOpen = false;
let isPutAway = false;
let asked = '';
let shownFor = '';
let saving = 0;

const typing = new Typing(field, {
  written(word, context, isKept) {
    if (!isOpen) return;
    void engine.written(word, context, isKept);
    clearTimeout(saving);
    saving = setTimeout(() => void yours.keep(), SAVE_MS);
  },
  saved(count) {
    keys.saved += count;
  },
});
const stripElement = element('strip', HTMLElement);
const strip = new Strip(stripElement, element('said', HTMLElement), take);
const board = new Board(boardElement, { key: press, backspace: pressBackspace });
const thinking = new Thinking(
  {
    details: element('thinking', HTMLDetailsElement),
    looked: element('looked', HTMLElement),
    canvas: element('map', HTMLCanvasElement),
    row: element('row', HTMLElement),
  },
  engine,
);
const yours = new YourWords(
  {
    details: element('yours', HTMLDetailsElement),
    form: element('teach', HTMLFormElement),
    input: element('new-word', HTMLInputElement),
    list: element('words', HTMLElement),
    forgetAll: element('forget-all', HTMLButtonElement),
  },
  engine,
  () => void refresh(),
);

// One question is on its way; the text is asked for again when it has come back.
let isAsking = false;
let isStale = false;

/** Asks for the words at the cursor. */
async function refresh(): Promise<void> {
  board.show(typing.shift);
  isStale = true;
  if (isAsking || !isOpen) return;
  isAsking = true;
  stripElement.ariaBusy = 'true';
  try {
    while (isStale) {
      isStale = false;
      asked = field.before;
      const answer = await engine.suggest({ text: asked, shift: typing.shift, corrects: corrects.checked });
      shownFor = asked;
      show(answer);
    }
  } catch (error) {
    complain(error);
  } finally {
    isAsking = false;
    stripElement.ariaBusy = 'false';
  }
}

function show(answer: Answer): void {
  slots = isPutAway ? NO_SLOTS : nextSlots(slots, answer);
  strip.show(slots);
  thinking.show(answer);
  savedLine.textContent = savedKeys();
}

function savedKeys(): string {
  const { pressed, saved } = keys;
  if (pressed === 0) return 'No keys pressed yet.';
  const share = saved > 0 ? percent(saved / (pressed + saved)) : 'none';
  return `${whole(pressed)} ${pressed === 1 ? 'key' : 'keys'} pressed; ${share} saved.`;
}

/** The word that a space puts in the place of what was typed, if the user wants that. */
function meant(): string | null {
  const isWanted = onSpace.checked && slots.isSure && typing.mayCorrect(slots.typed);
  return isWanted && field.before.endsWith(slots.typed) ? (slots.words[MIDDLE] ?? null) : null;
}

/** A key of the board. */
function press(key: string): void {
  countKey();
  if (!typing.type(key, meant())) field.replace(0, key);
  void refresh();
}

function pressBackspace(): void {
  countKey();
  if (!typing.backspace()) {
    // What a reader takes for a character; emoji are several.
    const end = field.before.slice(-LONGEST_CHARACTER);
    const last = Array.from(new Intl.Segmenter().segment(end)).at(-1)?.segment ?? '';
    field.replace(field.isSelected ? 0 : last.length, '');
    typing.deleted();
  }
  void refresh();
}

/** A word of the strip. */
function take(slot: number): void {
  const word = slots.words[slot] ?? null;
  if (word === null) return;
  countKey();
  if (slot === 0 && slots.typed !== '') typing.keepTyped();
  else typing.take(word);
  void refresh();
}

function countKey(): void {
  keys.pressed++;
  isPutAway = false;
}

function complain(error: unknown): void {
  wrong.textContent = error instanceof Error ? error.message : String(error);
}

// What the keys of the computer write is written by the browser, unless it is something else.
area.addEventListener('beforeinput', (event) => {
  if (field.isOwnEdit || event.isComposing) return;
  if (event.inputType === 'insertText' && event.data !== null && Array.from(event.data).length === 1) {
    countKey();
    if (typing.type(event.data, meant())) event.preventDefault();
  } else if (event.inputType === 'insertLineBreak') {
    countKey();
    typing.type('\n');
  } else if (event.inputType === 'deleteContentBackward') {
    countKey();
    if (typing.backspace()) event.preventDefault();
  } else {
    return;
  }
  if (event.defaultPrevented) void refresh();
});
area.addEventListener('input', (event) => {
  if (field.isOwnEdit) return;
  // What an undone edit had replaced is selected, and the next letter would take its place.
  if (event instanceof InputEvent && event.inputType === 'historyUndo') {
    area.setSelectionRange(area.selectionEnd, area.selectionEnd);
  }
  if (event instanceof InputEvent && event.inputType === 'deleteContentBackward') typing.deleted();
  else if (!(event instanceof InputEvent && event.isComposing)) typing.follow();
  void refresh();
});
document.addEventListener('selectionchange', () => {
  // Typing moves the cursor, too, and has asked already.
  if (document.activeElement === area && !field.isOwnEdit && field.before !== asked) void refresh();
});

area.addEventListener('keydown', (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const slot = event.key === 'Tab' && !event.shiftKey ? MIDDLE : '123'.indexOf(event.key);
  const isDigit = event.key !== 'Tab';
  if (event.key === 'Escape') {
    isPutAway = true;
    slots = NO_SLOTS;
    strip.show(slots);
  } else if (event.key.length > 0 && slot >= 0 && (slots.words[slot] ?? null) !== null) {
    // Digits behind a digit or a sign, and behind a suggestion that was taken back, are digits.
    if (isDigit && (typing.wasTakenBack || /[^\s\p{L}'’]$/u.test(field.before))) return;
    event.preventDefault();
    // Words of a text that has changed since are not those that were meant.
    if (shownFor === field.before) take(slot);
  }
});

for (const input of [corrects, onSpace]) input.addEventListener('change', () => void refresh());

/** On a touch screen the board of the page takes the place of the system's. */
function showBoard(): void {
  boardElement.hidden = !showsBoard.checked;
  const isTouched = matchMedia('(pointer: coarse)').matches;
  area.inputMode = showsBoard.checked && isTouched ? 'none' : 'text';
}
showsBoard.addEventListener('change', showBoard);
showBoard();

async function openModel(content: Uint8Array<ArrayBuffer>): Promise<ModelFacts> {
  const model = await engine.open(content);
  const name = model.name === '' ? 'A model without a card' : model.name;
  const language = model.language === '' ? '' : ` (${model.language})`;
  modelLine.textContent =
    `${name}${language}: ${whole(model.words)} words in ${megabytes(model.bytes)}. ` +
    'It runs here: nothing that you type leaves this page.';
  thinking.opened(model);
  slots = NO_SLOTS;
  isOpen = true;
  await yours.restore(model.id);
  await refresh();
  return model;
}

onFile(element('file', HTMLInputElement), async (name, content) => {
  wrong.textContent = '';
  try {
    await openModel(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    complain(`${name} is no file of lightrnn export, or it is damaged: ${reason}`);
  }
});

/** Fetches the model that belongs to the page. */
async function load(): Promise<void> {
  const reply = await fetch('model.tflite');
  if (!reply.ok) throw new Error(`model.tflite: the server answers ${reply.status}.`);
  await openModel(new Uint8Array(await reply.arrayBuffer()));
}
load().catch((error: unknown) => {
  if (!isOpen) modelLine.textContent = 'No model is open.';
  complain(error);
});
