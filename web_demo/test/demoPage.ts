import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { StaticServer } from './staticServer.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = join(root, 'lightrnn_tf/demo/page');
const runtime = join(root, 'web_demo/node_modules/@litertjs/core/wasm');
const pictures = join(root, 'web_demo/target/pictures');

export const BUNDLED = join(root, 'lightrnn_tf/pretrained/en.tflite');
export const GOLDEN = join(root, 'tests/golden/model.tflite');

/** Somewhere below a host, as pages of a project are. */
const FOLDER = '/some/where/';

/** The page as it is built, on a host that knows nothing of it. */
export function serveDemo(): Promise<StaticServer> {
  return StaticServer.start((name) => {
    if (name === 'model.tflite') return readFileSync(BUNDLED);
    // In the package it is packed.
    if (name.endsWith('.wasm')) return readFileSync(join(runtime, basename(name)));
    const path = join(built, name);
    return path.startsWith(built) && existsSync(path) && statSync(path).isFile() ? readFileSync(path) : null;
  }, FOLDER);
}

/** The page in a window of its own, and what it asked for. */
export class DemoPage {
  readonly requests: string[] = [];
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    context.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  static async open(
    browser: Browser,
    address: string,
    options: BrowserContextOptions = {},
  ): Promise<DemoPage> {
    const context = await browser.newContext(options);
    const demo = new DemoPage(context, await context.newPage());
    await demo.page.goto(address);
    await demo.opened();
    return demo;
  }

  /** Waits until words are offered. */
  async opened(): Promise<void> {
    await this.page.locator('#strip .best:enabled').waitFor();
  }

  /** Types as with the keys of a computer, and waits for the words. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.answered();
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.answered();
  }

  /** Touches keys of the board by their names. */
  async touch(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const key = this.page.locator('#board').getByRole('button', { name, exact: true });
      await (this.isTouched ? key.tap() : key.click());
    }
    await this.answered();
  }

  get isTouched(): boolean {
    return this.page.viewportSize()!.width < 500;
  }

  async answered(): Promise<void> {
    await this.page.locator('#strip[aria-busy=false]').waitFor();
  }

  /** The words of the strip, from left to right. */
  strip(): Promise<string[]> {
    return this.page.locator('#strip button').allTextContents();
  }

  text(): Promise<string> {
    return this.page.inputValue('#text');
  }

  /** What an element says. */
  said(selector: string): Promise<string> {
    return this.page.locator(selector).innerText();
  }

  async unfold(id: string): Promise<void> {
    await this.page.locator(`#${id} > summary`).click();
  }

  async choose(name: string, content: Buffer): Promise<void> {
    const mimeType = 'application/octet-stream';
    await this.page.setInputFiles('#file', { name, mimeType, buffer: content });
  }

  /** Drops a file on the page. */
  async drop(name: string, content: Buffer): Promise<void> {
    await this.page.evaluate(
      ({ name, numbers }) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.from(numbers)], name));
        for (const kind of ['dragover', 'drop']) {
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }
      },
      { name, numbers: Array.from(content) },
    );
  }

  /** Draws the page into web_demo/target/pictures, to be looked at; a narrow one as far as it is seen. */
  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: !this.isTouched });
  }
}
