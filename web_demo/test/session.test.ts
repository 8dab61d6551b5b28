import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.js';
import { DemoPage, GOLDEN, serveDemo } from './demoPage.js';
import type { StaticServer } from './staticServer.js';

/** What a person does on the page, in Chromium. */

const WIDE = { viewport: { width: 1200, height: 900 } };
const NARROW = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

let browser: Browser;
let server: StaticServer;
let demo: DemoPage;

before(async () => {
  [browser, server] = await Promise.all([startChromium(), serveDemo()]);
});

after(async () => {
  await browser.close();
  server.close();
});

async function open(options = {}): Promise<void> {
  demo = await DemoPage.open(browser, server.address, { ...WIDE, ...options });
}

afterEach(async () => {
  const { errors, requests } = demo;
  await demo.context.close();
  assert.deepEqual(errors, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(server.address)), []);
});

test('a sentence with a slip is typed, and suggestions are taken and taken back', async () => {
  await open();
  assert.ok((await demo.strip()).every((word) => word !== ''));
  const asked = demo.requests.length;
  await demo.type('how are yuo');
  assert.deepEqual((await demo.strip()).slice(0, 2), ['“yuo”', 'you']);
  await demo.press('Tab');
  assert.equal(await demo.text(), 'how are you ');
  await demo.press('Backspace');
  assert.equal(await demo.text(), 'how are yuo');
  await demo.press('Tab');
  await demo.type('.');
  assert.equal(await demo.text(), 'how are you. ');
  // A sentence begins with a capital.
  for (const word of await demo.strip()) assert.match(word, /^\p{Lu}/u);
  const [left] = await demo.strip();
  await demo.press('1');
  assert.equal(await demo.text(), `how are you. ${left} `);
  await demo.page.locator('#strip button').nth(2).click();
  assert.match(await demo.text(), /^how are you\. \S+ \S+ $/);
  assert.match(await demo.said('#saved'), /^\d+ keys pressed; \d+\s% saved\.$/);
  // Screen readers are told.
  const words = (await demo.strip()).join(', ');
  await demo.page.locator('#said', { hasText: `Suggested: ${words}` }).waitFor({ state: 'attached' });
  assert.equal(demo.requests.length, asked, 'typing asks for nothing');
});

test('space corrects where the user wants it, and digits can be typed', async () => {
  await open();
  await demo.type('I recieve ');
  assert.equal(await demo.text(), 'I recieve ');
  await demo.unfold('models');
  await demo.page.locator('#on-space').check();
  await demo.page.locator('#text').fill('');
  await demo.page.locator('#text').focus();
  await demo.type('I recieve');
  await demo.type(' ');
  assert.equal(await demo.text(), 'I receive ');
  await demo.press('Backspace');
  assert.equal(await demo.text(), 'I recieve');
  await demo.type(' ');
  await demo.press('Escape');
  assert.deepEqual(await demo.strip(), ['', '', '']);
  await demo.type('12');
  assert.equal(await demo.text(), 'I recieve 12');
});

test('a word is taught, stays when the page is loaded again, and is forgotten', async () => {
  await open();
  await demo.unfold('yours');
  // What is refused does not keep the next from being taught.
  await demo.page.fill('#new-word', 'two words');
  await demo.page.click('#teach button');
  await demo.page.locator('#new-word:invalid').waitFor();
  await demo.page.fill('#new-word', 'Zwolle');
  await demo.page.click('#teach button');
  const listed = demo.page.getByRole('button', { name: /^forget Zwolle/ });
  await listed.waitFor();
  await demo.page.focus('#text');
  await demo.type('in zwo');
  assert.ok((await demo.strip()).includes('Zwolle'));
  await demo.page.reload();
  await demo.opened();
  await demo.type('in zwo');
  assert.ok((await demo.strip()).includes('Zwolle'));
  await demo.unfold('yours');
  await listed.click();
  await listed.waitFor({ state: 'detached' });
  await demo.answered();
  assert.ok(!(await demo.strip()).includes('Zwolle'));
  await demo.page.reload();
  await demo.opened();
  await demo.type('in zwo');
  assert.ok(!(await demo.strip()).includes('Zwolle'));
});

test('a word that is written twice is learned, and all can be forgotten', async () => {
  await open();
  await demo.type('the frobnitz is a frobnitz of frob');
  assert.ok((await demo.strip()).includes('frobnitz'));
  await demo.unfold('yours');
  await demo.page.getByRole('button', { name: /^forget frobnitz/ }).waitFor();
  await demo.page.click('#forget-all');
  await demo.page.locator('#words li').waitFor({ state: 'detached' });
  assert.equal(await demo.page.evaluate(() => localStorage.length), 0);
});

test('a file that is no model is refused in one line, and the old model stays', async () => {
  await open();
  const model = readFileSync(GOLDEN);
  const broken = Buffer.from(model);
  broken[broken.length >> 1]! ^= 1;
  for (const [name, content] of [
    ['notes.tflite', Buffer.from('no model')],
    ['empty.tflite', Buffer.alloc(0)],
    ['broken.tflite', broken],
    ['half.tflite', model.subarray(0, model.length >> 1)],
  ] as const) {
    await demo.choose(name, content);
    await demo.page.locator('#wrong', { hasText: `${name} is no file of lightrnn export` }).waitFor();
    assert.doesNotMatch(await demo.said('#wrong'), /\n|undefined|\[object/);
  }
  await demo.page.focus('#text');
  await demo.type('how are ');
  assert.equal((await demo.strip())[1], 'you');
});

test('another model is dropped on the page, and the words of the first stay', async () => {
  await open();
  await demo.unfold('yours');
  await demo.page.fill('#new-word', 'Zwolle');
  await demo.page.click('#teach button');
  await demo.page.getByRole('button', { name: /^forget Zwolle/ }).waitFor();
  const before = await demo.said('#model');
  await demo.drop('golden.tflite', readFileSync(GOLDEN));
  await demo.page.waitForFunction((old) => document.getElementById('model')!.innerText !== old, before);
  await demo.answered();
  assert.equal(await demo.said('#wrong'), '');
  assert.ok((await demo.strip())[1] !== '');
  await demo.page.reload();
  await demo.opened();
  await demo.type('in zwo');
  assert.ok((await demo.strip()).includes('Zwolle'));
});

test('what one page forgets another one of the browser forgets, too', async () => {
  await open();
  const other = await demo.context.newPage();
  await other.goto(server.address);
  await other.locator('#strip .best:enabled').waitFor();
  await demo.unfold('yours');
  await other.locator('#yours > summary').click();
  await demo.page.fill('#new-word', 'Zwolle');
  await demo.page.click('#teach button');
  await other.getByRole('button', { name: /^forget Zwolle/ }).waitFor();
  await demo.page.click('#forget-all');
  await other.locator('#words li').waitFor({ state: 'detached' });
});

test('a held delete goes on where a sentence begins', async () => {
  await open();
  await demo.type('One. Two');
  await demo.page.locator('#board').getByRole('button', { name: 'delete' }).hover();
  await demo.page.mouse.down();
  await demo.page.waitForFunction(() => document.querySelector('textarea')!.value === '');
  await demo.page.mouse.up();
  await demo.touch('A');
  assert.equal(await demo.text(), 'A');
});

test('what is undone is typed on', async () => {
  await open();
  await demo.type('how are yuo');
  await demo.press('Tab');
  await demo.press('Control+z');
  await demo.type('x');
  assert.equal(await demo.text(), 'how are yuox');
});

test('digits behind signs are digits', async () => {
  await open();
  await demo.type('it was $20 or covid-19 at 4:30');
  assert.equal(await demo.text(), 'it was $20 or covid-19 at 4:30');
});

test('it works offline once it is open, and may ask nobody', async () => {
  await open();
  await demo.context.setOffline(true);
  await demo.type('thank ');
  assert.equal((await demo.strip())[1], 'you');
  await demo.context.setOffline(false);
  const isRefused = await demo.page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        document.addEventListener('securitypolicyviolation', () => resolve(true));
        fetch('https://example.org/').then(
          () => resolve(false),
          () => undefined,
        );
      }),
  );
  assert.ok(isRefused);
});

test('how it thinks: the numbers, the table, and the words of a row', async () => {
  await open();
  await demo.type('Thank you for a lovely evning');
  await demo.press('Tab');
  await demo.type('. I ');
  await demo.unfold('thinking');
  assert.match(
    await demo.said('#looked'),
    /^\d+ of 202 rows looked into, exact: no other of 40,000 words is better · [\d.]+\sms · 1\.35\sMB$/,
  );
  const colours = await demo.page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colours > 20, `${colours} colours`);
  await demo.page.hover('#map', { position: { x: 40, y: 60 } });
  await demo.page.locator('#row', { hasText: /^Row \d+, P\(row\)/ }).waitFor();
  await demo.page.focus('#map');
  const row = await demo.said('#row');
  await demo.page.keyboard.press('ArrowDown');
  await demo.page.locator('#row').filter({ hasNotText: row }).waitFor();
  await demo.picture('wide');
});

test('a narrow window: the board is touched, and nothing is wider than it', async () => {
  await open({ ...NARROW, colorScheme: 'dark' });
  assert.equal(await demo.page.locator('#text').getAttribute('inputmode'), 'none');
  await demo.touch('H', 'i', 'space');
  assert.equal(await demo.text(), 'Hi ');
  // The second thumb comes before the first one leaves.
  for (const name of ['o', 'k']) {
    const key = demo.page.locator('#board').getByRole('button', { name, exact: true });
    await key.dispatchEvent('pointerdown', { button: 0 });
  }
  await demo.answered();
  assert.equal(await demo.text(), 'Hi ok');
  await demo.touch('delete', 'delete', 'delete', 'delete', 'delete', 'digits and signs', '4', 'space', 'g');
  assert.equal(await demo.text(), '4 g');
  assert.equal(await demo.said('#saved'), '13 keys pressed; none saved.');
  assert.equal(await demo.page.locator('#keys').isVisible(), false);
  await demo.touch(...Array<string>(8).fill('new line'), 'X');
  const hidden = await demo.page.evaluate(() => {
    const { scrollHeight, clientHeight, scrollTop } = document.querySelector('textarea')!;
    return scrollHeight - clientHeight - scrollTop;
  });
  assert.ok(hidden < 4, `${hidden} pixels below what is seen`);
  await demo.page.fill('#text', '');
  await demo.touch('W', 'e', 'space', 'w', 'i', 'l', 'l', 'space', 'b');
  const { scrolled, width } = await demo.page.evaluate(() => ({
    scrolled: document.documentElement.scrollWidth,
    width: innerWidth,
  }));
  assert.equal(scrolled, width);
  for (const key of await demo.page.locator('#board button, #strip button').all()) {
    const box = (await key.boundingBox())!;
    assert.ok(box.height >= 44 && box.width >= 24, await key.getAttribute('aria-label') ?? '');
  }
  await demo.picture('narrow');
});

test('each control has a name, and nothing moves while somebody types', async () => {
  await open();
  for (const id of ['thinking', 'yours', 'models']) await demo.unfold(id);
  const { nodes } = await (await demo.context.newCDPSession(demo.page)).send('Accessibility.getFullAXTree');
  const controls = nodes.filter(({ ignored, role }) =>
    /^(button|textbox|checkbox|DisclosureTriangle|image|group|region)$/.test(ignored ? '' : role?.value),
  );
  assert.ok(controls.length > 40, `${controls.length} controls`);
  const unnamed = controls.filter(({ name, role }) => !name?.value && /button|textbox|checkbox|image/.test(role!.value));
  assert.deepEqual(unnamed, []);
  await demo.page.focus('#text');
  await demo.page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      // Those just after a key are not in Lighthouse's sum; here they are to be none, too.
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: false });
  });
  await demo.type('we could go to the cinema tonihgt, or ');
  const shifts = await demo.page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
  assert.deepEqual(shifts, []);
});
