import { NotebookModel } from '@jupyterlab/notebook';
import { sha256 } from '@noble/hashes/sha2';
import { codeKey } from '../../codeKey';
import plugins from '../../index';
it('x', () => { expect(new NotebookModel().cells.length).toBe(0); expect(sha256(new Uint8Array()).length).toBe(32); expect(typeof codeKey).toBe('function'); expect(plugins.length).toBe(7); });
