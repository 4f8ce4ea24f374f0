import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test as galata } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');

/** Not part of a fresh copy of the examples. */
const LEFT_OUT = ['.jupyterlab_cache', '.ipynb_checkpoints', '__pycache__'];

/** The server's root folder on disk. */
export function serverRoot(): string {
  const work = process.env.JUPYTERLAB_CACHE_UI_WORK;
  if (!work) {
    throw new Error('Run the tests through playwright.config.ts');
  }
  return join(work, 'root');
}

/** JupyterLab with one notebook open, and the copy of the examples that it comes from. */
export class Lab {
  /**
   * @param page - JupyterLab.
   * @param folder - The copy of the examples, relative to the server's root.
   * @param root - The server's root folder on disk.
   */
  constructor(
    readonly page: IJupyterLabPageFixture,
    readonly folder: string,
    private readonly root = serverRoot()
  ) {}

  /** The copy of the examples on disk. */
  get path(): string {
    return join(this.root, this.folder);
  }

  /** Open a notebook of the examples, and wait until it and its kernel are ready for a person. */
  async open(name: string): Promise<void> {
    await this.page.notebook.openByPath(`${this.folder}/${name}`);
    await expect(this.cells().first()).toBeVisible();
    await expect(this.notebook().locator('.jp-Spinner')).toHaveCount(0);
    await expect(this.page.getByText(/\| Idle$/)).toBeVisible({
      timeout: 60_000
    });
    await expect(this.chip()).toBeVisible();
  }

  /** Save the notebook, as a person does, and wait until that is done. */
  async save(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+S');
    await expect(this.page.locator('.lm-TabBar-tab.jp-mod-dirty')).toHaveCount(
      0
    );
  }

  /** The notebook that is in front. */
  notebook(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  }

  /** Its cells, in order; those far off the screen may not be drawn. */
  cells(): Locator {
    return this.notebook().locator('.jp-Cell');
  }

  /** The chip in its toolbar. */
  chip(): Locator {
    return this.toolbar().getByRole('status');
  }

  /** A button of its toolbar. */
  button(name: string): Locator {
    return this.toolbar().getByRole('button', { name });
  }

  /** The dialogue that hangs below the chip. */
  reasons(): Locator {
    return this.page.getByRole('dialog', { name: 'Notebook cache' });
  }

  /** Areas of its code cells with something in them. */
  outputs(): Locator {
    return this.notebook().locator('.jp-OutputArea-child');
  }

  /** What its outputs say, as a person reads it. */
  async outputTexts(): Promise<string[]> {
    return this.outputs().allInnerTexts();
  }

  /** Replace the text of the cell at a position. */
  async editCell(index: number, text: string): Promise<void> {
    await this.focusCell(this.cells().nth(index));
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
  }

  /** Add to the end of the code cell at a position, counted among code cells only. */
  async typeIntoCodeCell(index: number, text: string): Promise<void> {
    await this.focusCell(this.codeCells().nth(index));
    await this.page.keyboard.press('ControlOrMeta+End');
    await this.page.keyboard.insertText(text);
  }

  /** Undo the last edit of a code cell. */
  async undoInCodeCell(index: number): Promise<void> {
    await this.focusCell(this.codeCells().nth(index));
    await this.page.keyboard.press('ControlOrMeta+Z');
  }

  /** Its code cells, in order. */
  codeCells(): Locator {
    return this.notebook().locator('.jp-CodeCell');
  }

  /** Remove all outputs, as a person does through the menu. */
  async clearAllOutputs(): Promise<void> {
    await this.page.menu.clickMenuItem('Edit>Clear Outputs of All Cells');
  }

  /** Wait until the front end has asked the server once more, and has its answer. */
  async settled(): Promise<void> {
    const question = await this.page.waitForRequest(request =>
      new URL(request.url()).pathname.endsWith('/jupyterlab-cache/status')
    );
    expect((await question.response())?.ok()).toBe(true);
  }

  /** Which kernels and sessions the server has. */
  async running(): Promise<{ kernels: string[]; sessions: string[] }> {
    return {
      kernels: await this.idsOf('/api/kernels'),
      sessions: await this.idsOf('/api/sessions')
    };
  }

  /** The jobs of the server. */
  async jobs(): Promise<{ id: string; state: string }[]> {
    const response = await this.page.request.get('/jupyterlab-cache/jobs');
    expect(response.ok()).toBe(true);
    return (
      (await response.json()) as { jobs: { id: string; state: string }[] }
    ).jobs;
  }

  /** Cancel what is still queued or running, so that it is in nobody's way. */
  async cancelJobs(): Promise<void> {
    for (const { id, state } of await this.jobs()) {
      if (state === 'queued' || state === 'running') {
        await this.page.request.delete(`/jupyterlab-cache/jobs/${id}`);
      }
    }
  }

  /** The text of a file of the examples. */
  read(name: string): string {
    return readFileSync(this.pathOf(name), 'utf-8');
  }

  /** Write a file of the examples, as another program does. */
  write(name: string, text: string): void {
    writeFileSync(this.pathOf(name), text, 'utf-8');
  }

  /** Write a notebook whose code cells have these sources. */
  writeNotebook(
    name: string,
    sources: readonly string[],
    kernel = 'python3'
  ): void {
    const cells = sources.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source
    }));
    const kernelspec = {
      name: kernel,
      display_name: kernel,
      language: 'python'
    };
    const metadata = { kernelspec, language_info: { name: 'python' } };
    this.write(
      name,
      JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 })
    );
  }

  /** Delete a file of the examples, as another program does. */
  remove(name: string): void {
    rmSync(this.pathOf(name));
  }

  /** A notification with these words. */
  notification(words: string): Locator {
    return this.page.locator('.Toastify__toast').filter({ hasText: words });
  }

  /** The side panel. */
  panel(): Locator {
    return this.page.getByRole('region', { name: 'Notebook cache' });
  }

  /** Open the side panel, as a person does with the palette. */
  async openPanel(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.jupyterapp.commands.execute('notebook-cache:show-panel');
    });
    await expect(this.panel()).toBeVisible();
  }

  /** Change a setting, as the settings editor does. */
  async set(plugin: string, key: string, value: boolean): Promise<void> {
    await this.page.evaluate(
      async ([id, name, wanted]) => {
        const registry = await window.galata.getPlugin(
          '@jupyterlab/apputils-extension:settings'
        );
        await registry?.set(id, name, wanted);
      },
      [plugin, key, value] as const
    );
  }

  /** All outputs in the document, drawn or not. */
  async modelOutputs(): Promise<unknown[]> {
    return this.page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget as unknown as {
        model: { cells: Iterable<{ outputs?: { toJSON(): unknown[] } }> };
      };
      return [...panel.model.cells].flatMap(
        cell => cell.outputs?.toJSON() ?? []
      );
    });
  }

  /** Choose something in the menu beside *Cache this notebook*. */
  async chooseWay(label: RegExp): Promise<void> {
    await this.button('More ways to cache').click();
    const item = this.page
      .getByRole('menu', { name: 'More ways to cache' })
      .getByRole('menuitem', { name: label });
    await item.click();
  }

  /** Choose *Cache …* in the context menu of a file. */
  async cacheFromFileBrowser(name: string): Promise<void> {
    await this.chooseInFileBrowser(name, /^Cache /);
  }

  /** Choose something in the context menu of a file. */
  async chooseInFileBrowser(name: string, label: RegExp): Promise<void> {
    await this.page.filebrowser.openDirectory(this.folder);
    await this.page.filebrowser.refresh();
    const file = this.page.locator('.jp-DirListing-item').filter({
      has: this.page.getByText(name, { exact: true })
    });
    await file.click({ button: 'right' });
    const item = this.page
      .getByRole('menu')
      .getByRole('menuitem', { name: label });
    await expect(item).toBeVisible();
    await item.click();
  }

  /** Where a file of the examples is on disk. */
  pathOf(name: string): string {
    const path = resolve(this.path, name);
    if (!path.startsWith(this.path + sep)) {
      throw new Error(`${name} is outside the examples`);
    }
    return path;
  }

  /** The toolbar of the notebook that is in front. */
  toolbar(): Locator {
    return this.notebook().locator('.jp-NotebookPanel-toolbar');
  }

  private async idsOf(resource: string): Promise<string[]> {
    const response = await this.page.request.get(resource);
    expect(response.ok()).toBe(true);
    return ((await response.json()) as { id: string }[])
      .map(({ id }) => id)
      .sort();
  }

  private async focusCell(cell: Locator): Promise<void> {
    await cell.scrollIntoViewIfNeeded();
    const rendered = cell.locator('.jp-MarkdownOutput');
    if (await rendered.isVisible()) {
      await rendered.dblclick();
    }
    const editor = cell.locator('.cm-content');
    await editor.click();
    // Keys that come earlier are commands for the notebook.
    await expect(editor).toBeFocused();
  }
}

/** Galata's test with `lab`, each test having its own copy of the examples in the server's root. */
export const test = galata.extend<{ lab: Lab }>({
  tmpPath: async ({ baseURL: _ }, use, testInfo) => {
    const folder = basename(testInfo.outputDir);
    const path = join(serverRoot(), folder);
    cpSync(EXAMPLES, path, {
      recursive: true,
      filter: source => !LEFT_OUT.includes(basename(source))
    });
    await use(folder);
    // The server may be about to write to the store in it.
    await expect(() => rmSync(path, { recursive: true, force: true })).toPass({
      timeout: 10_000
    });
  },
  lab: async ({ page, tmpPath }, use) => {
    const lab = new Lab(page, tmpPath);
    await use(lab);
    await lab.cancelJobs();
  }
});

export { expect };
