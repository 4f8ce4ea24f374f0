import { NotebookModel } from '@jupyterlab/notebook';
import type { ICell, IOutput } from '@jupyterlab/nbformat';
import { Signal } from '@lumino/signaling';
import { DigestsOfDocument, codeCells } from '../models/documentDigests';
import type {
  Check,
  EntryDetail,
  EntryDocument,
  EntryOutputs,
  EntryPage,
  EntrySummary,
  ICacheClient,
  ICacheEvents,
  IJobEvent,
  IInputsEvent,
  IStoreEvent,
  Job,
  JobOutputs,
  LiveCell,
  EntryArtefact,
  JobRequest,
  NotebookLine,
  NotebookList,
  RestorationRequest,
  RestoredDocument,
  RestoredFile,
  Status,
  StatusQuery
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
  options: { trusted?: boolean } = {}
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
    }))
  };
  digests.dispose();
  return entry;
}

/** The outputs of all code cells of a document. */
export function outputsOf(model: NotebookModel): IOutput[][] {
  return codeCells(model).map(cell => cell.sharedModel.getOutputs());
}

/** A status; what is not given is as for a fresh notebook. */
export function statusWith(fields: Partial<Status> = {}): Status {
  return {
    path: 'a.ipynb',
    verdict: 'fresh',
    outputs: 'same',
    provenance: 'executed',
    reasons: [],
    entry: 'e'.repeat(32),
    code_key: `ck1-${'0'.repeat(64)}`,
    kernel_name: 'python3',
    variant: {},
    created: 1,
    seconds: 1,
    coverage: ['python-audit'],
    gaps: [],
    trusted: true,
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

/** Events that a test sends. */
export class FakeEvents implements ICacheEvents {
  readonly jobChanged = new Signal<this, IJobEvent>(this);
  readonly storeChanged = new Signal<this, IStoreEvent>(this);
  readonly inputsChanged = new Signal<this, IInputsEvent>(this);

  /** Tell of a job as it is now. */
  tell(job: Job): void {
    const { id, path, state, cells_done, cells_total } = job;
    this.jobChanged.emit({ job: id, path, state, cells_done, cells_total });
  }
}

/** A server whose answers a test decides. */
export class FakeClient implements ICacheClient {
  /** What was asked about, in order. */
  readonly asked: StatusQuery[] = [];
  readonly submitted: JobRequest[] = [];
  readonly captured: string[] = [];
  readonly invalidated: string[] = [];
  readonly restored: RestorationRequest[] = [];

  /** Entries whose outputs took the place of an execution. */
  readonly hits: string[] = [];

  /** Since which revisions the outputs of running jobs were asked for. */
  readonly outputsAsked: number[] = [];

  /** What running jobs have put out. */
  liveOutputs: (id: string, since: number) => Promise<JobOutputs> = id =>
    Promise.reject(new Error(`There is no job ${id}.`));

  jobList: Job[] = [];
  notebookList: NotebookLine[] = [];

  /** Notebooks whose files got their outputs, or were to. */
  readonly restoredDocuments: string[] = [];

  /** Why the outputs of a notebook cannot be put into its file; empty when they can. */
  obstacle: (path: string) => string = () => '';

  outputsById = new Map<string, EntryOutputs>();
  detailsById = new Map<string, EntryDetail>();
  documentsById = new Map<string, EntryDocument>();
  entryList: EntrySummary[] = [];

  /** What becomes of files that are to be restored. */
  restoration: (request: RestorationRequest) => RestoredFile[] = () => [];

  /** How the next questions are answered. */
  answer: (query: StatusQuery) => Promise<Status> = () =>
    Promise.resolve(statusWith());

  async statuses(queries: readonly StatusQuery[]): Promise<Status[]> {
    this.asked.push(...queries);
    return Promise.all(queries.map(query => this.answer(query)));
  }

  notebooks(): Promise<NotebookList> {
    return Promise.resolve({
      notebooks: this.notebookList,
      total: this.notebookList.length,
      unreadable: []
    });
  }

  restoreDocument(path: string): Promise<RestoredDocument> {
    this.restoredDocuments.push(path);
    const message = this.obstacle(path);
    return Promise.resolve({
      path,
      restored: !message,
      entry: null,
      message
    });
  }

  entries(_: string, offset = 0, limit = 100): Promise<EntryPage> {
    return Promise.resolve({
      entries: this.entryList.slice(offset, offset + limit),
      total: this.entryList.length
    });
  }

  entry(id: string): Promise<EntryDetail> {
    const detail = this.detailsById.get(id);
    return detail
      ? Promise.resolve(detail)
      : Promise.reject(new Error(`There is no entry ${id}.`));
  }

  artefactUrl(id: string, path: string, artefact: string): string {
    return `/artefact?${id}&${path}&${artefact}`;
  }

  restoreArtefacts(request: RestorationRequest): Promise<RestoredFile[]> {
    this.restored.push(request);
    return Promise.resolve(this.restoration(request));
  }

  outputs(id: string, _path: string, isHit = false): Promise<EntryOutputs> {
    if (isHit) {
      this.hits.push(id);
    }
    const outputs = this.outputsById.get(id);
    return outputs
      ? Promise.resolve(outputs)
      : Promise.reject(new Error(`There is no entry ${id}.`));
  }

  document(id: string): Promise<EntryDocument> {
    const document = this.documentsById.get(id);
    return document
      ? Promise.resolve(document)
      : Promise.reject(new Error(`There is no entry ${id}.`));
  }

  removeEntry(): Promise<void> {
    return Promise.resolve();
  }

  jobs(): Promise<Job[]> {
    return Promise.resolve([...this.jobList]);
  }

  job(id: string): Promise<Job> {
    const job = this.jobList.find(item => item.id === id);
    return job
      ? Promise.resolve(job)
      : Promise.reject(new Error(`There is no job ${id}.`));
  }

  jobOutputs(id: string, since = 0): Promise<JobOutputs> {
    this.outputsAsked.push(since);
    return this.liveOutputs(id, since);
  }

  submit(request: JobRequest): Promise<Job> {
    this.submitted.push(request);
    const { path, kind = 'execute' } = request;
    const job = jobWith({ path, kind });
    this.jobList = [job, ...this.jobList];
    return Promise.resolve(job);
  }

  cancel(id: string): Promise<Job> {
    return this.job(id);
  }

  cancelAll(): Promise<Job[]> {
    const active = this.jobList.filter(({ state }) =>
      ['queued', 'running'].includes(state)
    );
    this.jobList = this.jobList.map(job =>
      active.includes(job)
        ? { ...job, state: 'cancelled', result: 'cancelled' }
        : job
    );
    return Promise.resolve(
      this.jobList.filter(({ id }) => active.some(job => job.id === id))
    );
  }

  capture(path: string): Promise<EntrySummary> {
    this.captured.push(path);
    return Promise.resolve(summaryWith({ path, provenance: 'captured' }));
  }

  invalidate(path: string): Promise<void> {
    this.invalidated.push(path);
    return Promise.resolve();
  }
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
    cpu_seconds: null,
    peak_memory: null,
    trusted: true,
    pinned: false,
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
