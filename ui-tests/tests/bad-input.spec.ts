import { expect, test } from './support';

test('an unknown kernel is named, with those that exist', async ({ lab }) => {
  lab.writeNotebook('a.ipynb', ['1'], 'no-such-kernel');
  await lab.cacheFromFileBrowser('a.ipynb');
  const notification = lab.notification('no-such-kernel');
  await expect(notification).toBeVisible({ timeout: 30_000 });
  await expect(notification).toContainText('python3');
});

test('a file that is no notebook is refused with its reason', async ({
  lab
}) => {
  lab.write('broken.ipynb', '{ this is not JSON');
  await lab.cacheFromFileBrowser('broken.ipynb');
  await expect(lab.notification('not valid JSON')).toBeVisible({
    timeout: 30_000
  });
});

test('a notebook that vanished is told of', async ({ lab }) => {
  lab.writeNotebook('gone.ipynb', ['1']);
  await lab.open('gone.ipynb');
  // Otherwise caching would save it, and so make it anew.
  await lab.save();
  lab.remove('gone.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.notification('does not exist')).toBeVisible({
    timeout: 30_000
  });
});
