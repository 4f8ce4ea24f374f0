import { mkdirSync } from 'node:fs';
import { expect, test } from './support';

test('all notebooks below a folder are cached, restored and invalidated', async ({
  lab,
  page
}) => {
  mkdirSync(lab.pathOf('work/deep'), { recursive: true });
  lab.writeNotebook('work/a.ipynb', ["print('a')"]);
  lab.writeNotebook('work/deep/b.ipynb', ["print('b')"]);
  lab.write('work/notes.md', '# No notebook\n');
  await lab.chooseInFileBrowser('work', /^Cache All Notebooks Below$/);
  const item = page.getByRole('button', { name: /^Notebook cache: / });
  await expect(item).toHaveText(/running|wait/);
  await expect(item).toHaveText('No notebook', { timeout: 90_000 });
  expect((await lab.jobs()).slice(0, 2).map(({ state }) => state)).toEqual([
    'done',
    'done'
  ]);

  await lab.chooseInFileBrowser('work', /^Restore Cached Outputs of All/);
  await expect(
    lab.notification('2 notebooks have their cached outputs.')
  ).toBeVisible();
  expect(lab.read('work/deep/b.ipynb')).toContain('"b\\n"');

  await lab.chooseInFileBrowser('work', /^Cache All Notebooks Below$/);
  await expect(
    lab.notification('No notebook there has to be executed.')
  ).toBeVisible();

  await lab.chooseInFileBrowser('work', /^Invalidate Cached Outputs of All/);
  await expect(
    lab.notification(
      'The cached outputs of 2 notebooks will not be used again.'
    )
  ).toBeVisible();
  await lab.open('work/a.ipynb');
  await expect(lab.chip()).toHaveText(/^Stale$/);
});

test('a folder without notebooks has nothing to cache', async ({ lab }) => {
  mkdirSync(lab.pathOf('empty'));
  lab.write('empty/readme.txt', 'nothing');
  await lab.chooseInFileBrowser('empty', /^Cache All Notebooks Below$/);
  await expect(
    lab.notification('No notebook there has to be executed.')
  ).toBeVisible();
});
