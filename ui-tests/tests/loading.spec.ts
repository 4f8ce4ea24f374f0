import { expect, test } from './support';

test('JupyterLab loads the extension and its settings', async ({ page }) => {
  const config = JSON.parse(
    await page.locator('#jupyter-config-data').innerText()
  ) as { federated_extensions: { name: string }[] };
  expect(config.federated_extensions.map(({ name }) => name)).toContain(
    'jupyterlab-cache'
  );

  const response = await page.request.get('/lab/api/settings');
  const { settings } = (await response.json()) as {
    settings: { id: string }[];
  };
  expect(settings.map(({ id }) => id)).toContain('jupyterlab-cache:toolbar');
});
