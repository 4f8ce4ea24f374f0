import eslint from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Rules of the Jupyter plugin; its own warnings count as errors here (`--max-warnings 0`). */
const jupyterRules = jupyter.configs.recommended.map(config => ({
  ...config,
  plugins: { jupyter }
}));

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/.*/',
      'lib/',
      'coverage/',
      'jupyterlab_cache/labextension/',
      'build/',
      'ui-tests/test-results/',
      'ui-tests/playwright-report/',
      // Generated from openapi.yaml.
      'src/contract/schema.d.ts'
    ]
  },
  eslint.configs.recommended,
  ...jupyterRules,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.test.json', './ui-tests/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' }
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Private namespaces are the platform's own convention.
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true }
      ],
      // Signals take a method together with its `this`.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-arrow-callback': 'error'
    }
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules
  },
  {
    files: ['src/**/__tests__/**'],
    rules: {
      // Tests hand words to the interface that no person reads.
      'jupyter/no-untranslated-string': 'off'
    }
  },
  {
    files: ['*.js', '*.mjs', 'benchmarks/**/*.{js,mjs}'],
    languageOptions: { globals: globals.node, sourceType: 'module' }
  },
  {
    // Parts of it run inside the page.
    files: ['benchmarks/**/*.mjs'],
    languageOptions: { globals: globals.browser }
  },
  {
    files: ['*.js'],
    languageOptions: { globals: globals.node, sourceType: 'commonjs' }
  },
  prettier,
  {
    // `eslint-config-prettier` switches this off, though it never quarrels with Prettier here.
    rules: { curly: ['error', 'all'] }
  }
);
