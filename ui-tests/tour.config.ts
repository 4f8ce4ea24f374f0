import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Makes the screenshots of the documentation anew; see `make tour`. */
export default defineConfig({
  ...base,
  testDir: 'tour',
  reporter: [['list']],
  timeout: 300_000
});
