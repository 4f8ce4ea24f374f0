import { Signal } from '@lumino/signaling';
import type {
  Collection,
  CollectionRequest,
  EntryDetail,
  EntryDocument,
  EntryOutputs,
  EntryPage,
  EntryQuery,
  EntrySummary,
  ICacheClient,
  ICacheEvents,
  IJobEvent,
  IInputsEvent,
  IStoreEvent,
  Job,
  JobOutputs,
  JobRequest,
  NotebookLine,
  NotebookList,
  RestorationRequest,
  RestoredDocument,
  RestoredFile,
  SharedStoreReport,
  Statistics,
  Status,
  StatusQuery,
  Transfer,
  TrustPreview,
  VerificationReport
} from '../contract';
import {
  collectionWith,
  jobWith,
  statisticsWith,
  statusWith,
  summaryWith,
  transferWith
} from './support';

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
  readonly retried: string[] = [];
  readonly captured: string[] = [];
  readonly invalidated: string[] = [];
  readonly restored: RestorationRequest[] = [];

  /** Entries whose outputs took the place of an execution. */
  readonly hits: string[] = [];

  /** Whose turn it is with documents that people share; nobody else gets one. */
  turnOf: string | null = null;

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

  /** The project that all entries belong to. */
  project = '.';

  readonly collections: CollectionRequest[] = [];
  collection = collectionWith();
  trust: Partial<TrustPreview> = {};
  readonly verifications: { path: string; repair: boolean }[] = [];
  verification: VerificationReport = {
    entries: 0,
    blobs: 0,
    untrusted: 0,
    problems: [],
    total: 0
  };
  sharedStoreReport: SharedStoreReport | null = null;
  readonly transfers: { direction: 'push' | 'pull'; path: string }[] = [];
  transferred = transferWith();
  readonly statisticsAsked: string[] = [];
  statisticsAnswer = statisticsWith();

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

  takeTurn(_: string, page: string): Promise<boolean> {
    this.turnOf ??= page;
    return Promise.resolve(this.turnOf === page);
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

  entries(
    _: string,
    offset = 0,
    limit = 100,
    { search = '', order = 'descending' }: EntryQuery = {}
  ): Promise<EntryPage> {
    const found = this.entryList.filter(({ path }) => path.includes(search));
    if (order === 'ascending') {
      found.reverse();
    }
    return Promise.resolve({
      entries: found.slice(offset, offset + limit),
      total: found.length,
      project: this.project
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

  removeEntry(id: string): Promise<void> {
    this.entryList = this.entryList.filter(entry => entry.id !== id);
    return Promise.resolve();
  }

  pinEntry(id: string): Promise<void> {
    return this.change(id, { pinned: true });
  }

  unpinEntry(id: string): Promise<void> {
    return this.change(id, { pinned: false });
  }

  trustPreview(id: string, path: string): Promise<TrustPreview> {
    return Promise.resolve({
      entry: id,
      path,
      created: 1,
      origin: 'elsewhere',
      trusted: false,
      active: [],
      artefacts: [],
      outside: [],
      ...this.trust
    });
  }

  trustEntry(id: string): Promise<void> {
    return this.change(id, { trusted: true });
  }

  distrustEntry(id: string): Promise<void> {
    return this.change(id, { trusted: false });
  }

  collect(request: CollectionRequest): Promise<Collection> {
    this.collections.push(request);
    return Promise.resolve(this.collection);
  }

  verify(path: string, repair: boolean): Promise<VerificationReport> {
    this.verifications.push({ path, repair });
    return Promise.resolve(this.verification);
  }

  sharedStore(): Promise<SharedStoreReport | null> {
    return Promise.resolve(this.sharedStoreReport);
  }

  transfer(direction: 'push' | 'pull', path: string): Promise<Transfer> {
    this.transfers.push({ direction, path });
    return Promise.resolve(this.transferred);
  }

  statistics(folder: string): Promise<Statistics> {
    this.statisticsAsked.push(folder);
    return Promise.resolve(this.statisticsAnswer);
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

  retry(id: string): Promise<Job> {
    this.retried.push(id);
    const again = this.jobList.find(job => job.id === id);
    return Promise.resolve(jobWith({ ...again, id: 'b'.repeat(32) }));
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

  private change(id: string, fields: Partial<EntrySummary>): Promise<void> {
    this.entryList = this.entryList.map(entry =>
      entry.id === id ? { ...entry, ...fields } : entry
    );
    return Promise.resolve();
  }
}
