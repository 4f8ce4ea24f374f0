import { NotebookModel } from '@jupyterlab/notebook';
import type { ICell, IOutput } from '@jupyterlab/nbformat';
import { Signal } from '@lumino/signaling';
import { DigestsOfDocument, codeCells } from '../models/documentDigests';
import type {
  Check,
  Collection,
  EntryDetail,
  EntryOutputs,
  EntrySummary,
  Job,
  JobOutputs,
  LiveCell,
  EntryArtefact,
  NotebookLine,
  NotebookStatistics,
  Reason,
  Statistics,
  Status,
  Transfer
} from '../contract';
import type { INotebookContext } from '../tokens';

/** A code cell as a notebook file has it. */
export function codeCell(
  source: string,
  outputs: IOutput[] = [],
  count: number | null = null
): ICell {
  return {
    cell_type: 'code',
    source,
    outputs,
    execution_count: count,
    metadata: { trusted: true }
  };
}

/** What `print` gives. */
export function stream(text: string): IOutput {
  return { output_type: 'stream', name: 'stdout', text };
}

/** A document with these cells, named kernel and all. */
export function documentWith(cells: ICell[]): NotebookModel {
  const model = new NotebookModel();
  model.fromJSON({
    cells,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
    nbformat: 4,
    nbformat_minor: 5
  });
  // Loading is not something that a person undoes.
  model.sharedModel.clearUndoHistory();
  return model;
}

/** The outputs of an entry that was made from a document's code as it stands. */
export function entryFor(
  model: NotebookModel,
  outputs: IOutput[][],
  options: { trusted?: boolean; results?: IOutput[][] } = {}
): EntryOutputs {
  const digests = new DigestsOfDocument(model);
  const entry: EntryOutputs = {
    entry: 'e'.repeat(32),
    code_key: digests.codeKey(''),
    trusted: options.trusted ?? true,
    cells: digests.cells().map(({ digest }, index) => ({
      digest,
      id: null,
      execution_count: index + 1,
      outputs: outputs[index] ?? []
    })),
    expressions: (digests.compute().expressions ?? []).map(
      ({ digest, after }, index) => ({
        digest,
        after,
        outputs: options.results?.[index] ?? []
      })
    )
  };
  digests.dispose();
  return entry;
}

/** The outputs of all code cells of a document. */
export function outputsOf(model: NotebookModel): IOutput[][] {
  return codeCells(model).map(cell => cell.sharedModel.getOutputs());
}

/** A reason with these words. */
export function reasonWith(text: string, fields: Partial<Reason> = {}): Reason {
  const said = { message: text, text, values: [] };
  return { code: 'cell-changed', subject: 'x', ...said, ...fields };
}

/** A status; what is not given is as for a fresh notebook. */
export function statusWith(fields: Partial<Status> = {}): Status {
  return {
    path: 'a.ipynb',
    verdict: 'fresh',
    outputs: 'same',
    provenance: 'executed',
    reasons: [],
    stale_from: null,
    entry: 'e'.repeat(32),
    code_key: `ck1-${'0'.repeat(64)}`,
    kernel_name: 'python3',
    variant: {},
    created: 1,
    seconds: 1,
    coverage: ['python-audit'],
    gaps: [],
    trusted: true,
    origin: 'here',
    cells: 2,
    failure: null,
    artefacts: [],
    job: null,
    ...fields
  };
}

/** A notebook of a list; what is not given is as for a fresh one. */
export function lineWith(fields: Partial<NotebookLine> = {}): NotebookLine {
  return {
    path: 'a.ipynb',
    verdict: 'fresh',
    outputs: 'same',
    provenance: 'executed',
    entry: 'e'.repeat(32),
    reason: null,
    reason_count: 0,
    created: 1,
    seconds: 1,
    ...fields
  };
}

/** A job; what is not given is as for one that was just asked for. */
export function jobWith(fields: Partial<Job> = {}): Job {
  return {
    id: 'a'.repeat(32),
    path: 'a.ipynb',
    parameters: {},
    isolated: null,
    kind: 'execute',
    state: 'queued',
    result: null,
    created: 1,
    started: null,
    finished: null,
    cells_done: 0,
    cells_total: 0,
    kernel_id: null,
    entry: null,
    code_key: null,
    failure: null,
    batch: false,
    interruptions: 0,
    memory: null,
    elapsed_seconds: null,
    estimated_seconds: null,
    seconds_left: null,
    seconds_saved: null,
    check: null,
    ...fields
  };
}

/** What a running job has put out; what is not given is as before its first cell. */
export function jobOutputsWith(fields: Partial<JobOutputs> = {}): JobOutputs {
  return {
    revision: 1,
    whole: true,
    first_cell: 0,
    running: null,
    cells: [],
    ...fields
  };
}

/** What a cell has put out; what is not given is as for one that printed its number. */
export function liveCellWith(fields: Partial<LiveCell> = {}): LiveCell {
  const { cell = 0 } = fields;
  return {
    cell,
    line: `print(${cell})`,
    outputs: [stream(`${cell}\n`)],
    left_out: 0,
    ...fields
  };
}

/** A file that an execution wrote; what is not given is as for one that is there. */
export function artefactWith(
  fields: Partial<EntryArtefact> = {}
): EntryArtefact {
  return {
    path: 'out.csv',
    state: 'present',
    stored: true,
    left_out: null,
    size: 1200,
    cells: [],
    ...fields
  };
}

/** An entry as lists show it. */
export function summaryWith(fields: Partial<EntrySummary> = {}): EntrySummary {
  return {
    id: 'e'.repeat(32),
    code_key: `ck1-${'0'.repeat(64)}`,
    path: 'a.ipynb',
    kernel_name: 'python3',
    variant: {},
    created: 1,
    seconds: 1,
    provenance: 'executed',
    outcome: 'ok',
    cells: 2,
    output_bytes: 10,
    bytes: 10,
    cpu_seconds: null,
    peak_memory: null,
    trusted: true,
    origin: 'here',
    pinned: false,
    used: null,
    ...fields
  };
}

/** The same with its inputs; what is not given is as for one that used and wrote nothing. */
export function detailWith(fields: Partial<EntryDetail> = {}): EntryDetail {
  return {
    ...summaryWith(),
    inputs: [],
    artefacts: [],
    artefacts_total: 0,
    coverage: [],
    gaps: [],
    failure: null,
    volatile: false,
    cell_usage: [],
    check: null,
    ...fields
  };
}

/** What a check found; what is not given is as for a repeatable notebook. */
export function checkWith(fields: Partial<Check> = {}): Check {
  return {
    time: 1,
    other: 'd'.repeat(32),
    outcome: 'repeatable',
    cells: [],
    failure: null,
    ...fields
  };
}

/** What a collection did; what is not given is as for one that found nothing to do. */
export function collectionWith(fields: Partial<Collection> = {}): Collection {
  return {
    removed: [],
    total: 0,
    freed_bytes: 0,
    waiting_bytes: 0,
    orphan_blobs: 0,
    kept_entries: 0,
    kept_bytes: 0,
    ...fields
  };
}

/** What was moved between stores; what is not given is as where nothing was missing. */
export function transferWith(fields: Partial<Transfer> = {}): Transfer {
  return {
    url: '/shared',
    entries: [],
    total: 0,
    present: 0,
    blobs: 0,
    bytes: 0,
    problems: [],
    ...fields
  };
}

/** Statistics; what is not given is as for an empty store. */
export function statisticsWith(fields: Partial<Statistics> = {}): Statistics {
  return {
    executions: 0,
    failed: 0,
    execution_seconds: 0,
    hits: 0,
    seconds_saved: 0,
    store_bytes: 0,
    stores: [],
    slowest: [],
    failing: [],
    notebooks: [],
    ...fields
  };
}

/** The same of one notebook. */
export function notebookStatisticsWith(
  fields: Partial<NotebookStatistics> = {}
): NotebookStatistics {
  return {
    path: 'a.ipynb',
    executions: 1,
    failed: 0,
    execution_seconds: 1,
    hits: 0,
    seconds_saved: 0,
    bytes: 0,
    latest: 1,
    seconds: 1,
    failure: null,
    ...fields
  };
}

/** A document's context without a server behind it. */
export class FakeContext implements INotebookContext {
  constructor(
    readonly model: NotebookModel,
    public localPath = 'a.ipynb'
  ) {}

  readonly ready = Promise.resolve();
  readonly disposed = new Signal<this, void>(this);
  readonly pathChanged = new Signal<this, string>(this);
  isDisposed = false;
  saves = 0;

  save(): Promise<void> {
    this.saves++;
    this.model.dirty = false;
    return Promise.resolve();
  }

  dispose(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }
}

/** Let everything that is due now happen. */
export function turn(milliseconds = 0): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
