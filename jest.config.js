const jupyterlab = require('@jupyterlab/testutils/lib/jest-config');

// Packages that publish only ES modules: Babel has to translate them for Jest.
const esModules = [
  '@codemirror',
  '@jupyter/',
  '@jupyterlab/',
  '@jupyter-widgets/',
  '@microsoft/',
  '@noble/',
  '@rjsf/',
  'd3-',
  'delaunator',
  'exenv-es6',
  'internmap',
  'lib0',
  'lodash-es',
  'nanoid',
  'nbdime',
  'robust-predicates',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

const base = jupyterlab(__dirname);

module.exports = {
  ...base,
  rootDir: __dirname,
  reporters: ['default'],
  roots: ['<rootDir>/src'],
  testRegex: 'src/(.*/)?__tests__/.*\\.spec\\.tsx?$',
  transformIgnorePatterns: [`/node_modules/(?!(${esModules})).+`],
  collectCoverageFrom: [
    'src/**/*.{ts,tsx}',
    '!src/**/*.d.ts',
    '!src/**/__tests__/**'
  ],
  coverageReporters: ['text-summary']
};
