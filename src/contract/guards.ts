/**
 * Narrow checks of what came over the wire: enough that a proxy's page, a half answer or a server of
 * another version turns into one clear error and not into broken state.
 */

import type {
  Collection,
  EntryDetail,
  EntryDocument,
  EntryOutputs,
  EntryPage,
  EntrySummary,
  Job,
  JobOutputs,
  NotebookLine,
  NotebookList,
  NotebookStatistics,
  Problem,
  RestoredDocument,
  RestoredFile,
  SharedStoreReport,
  Statistics,
  Status,
  Transfer,
  TrustPreview,
  Turn,
  VerificationReport
} from './types';

type Fields = Record<string, unknown>;

const VERDICTS = new Set<unknown>(['fresh', 'failed', 'stale', 'uncached']);
const JOB_STATES = new Set<unknown>([
  'queued',
  'running',
  'done',
  'failed',
  'cancelled'
]);

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a job. */
export function isJob(value: unknown): value is Job {
  return (
    isObject(value) &&
    isText(value.id) &&
    isText(value.path) &&
    JOB_STATES.has(value.state) &&
    isNumber(value.cells_done) &&
    isNumber(value.cells_total)
  );
}

/** Whether a value is a list of jobs. */
export function isJobList(value: unknown): value is { jobs: Job[] } {
  return isObject(value) && isListOf(value.jobs, isJob);
}

/** Whether a value is a list of statuses. */
export function isStatusList(value: unknown): value is { statuses: Status[] } {
  return isObject(value) && isListOf(value.statuses, isStatus);
}

/** Whether a value is a list of notebooks. */
export function isNotebookList(value: unknown): value is NotebookList {
  return (
    isObject(value) &&
    isListOf(value.notebooks, isNotebookLine) &&
    isNumber(value.total) &&
    isListOf(value.unreadable, isText)
  );
}

/** Whether a value tells what became of outputs that were to be put into a file. */
export function isRestoredDocument(value: unknown): value is RestoredDocument {
  return (
    isObject(value) &&
    isText(value.path) &&
    typeof value.restored === 'boolean' &&
    isText(value.message)
  );
}

/** Whether a value is an entry as lists show it. */
export function isEntrySummary(value: unknown): value is EntrySummary {
  return (
    isObject(value) &&
    isText(value.id) &&
    isText(value.code_key) &&
    isText(value.outcome) &&
    isNumber(value.created) &&
    isNumber(value.seconds)
  );
}

/** Whether a value is a page of entries. */
export function isEntryPage(value: unknown): value is EntryPage {
  return (
    isObject(value) &&
    isListOf(value.entries, isEntrySummary) &&
    isNumber(value.total) &&
    isText(value.project)
  );
}

/** Whether a value tells what was removed from a store. */
export function isCollection(value: unknown): value is Collection {
  return (
    isObject(value) &&
    isListOf(value.removed, isEntrySummary) &&
    isNumber(value.total) &&
    isNumber(value.freed_bytes) &&
    isNumber(value.kept_entries)
  );
}

/** Whether a value tells how the shared store is doing, or that there is none. */
export function isSharedStoreAnswer(
  value: unknown
): value is { shared_store: SharedStoreReport | null } {
  if (!isObject(value)) {
    return false;
  }
  const report = value.shared_store;
  return (
    report === null ||
    (isObject(report) &&
      isText(report.url) &&
      isText(report.state) &&
      (report.asked === null || isNumber(report.asked)) &&
      isText(report.error) &&
      isNumber(report.unsent))
  );
}

/** Whether a value tells what was sent or fetched. */
export function isTransfer(value: unknown): value is Transfer {
  return (
    isObject(value) && isNumber(value.total) && isListOf(value.problems, isText)
  );
}

/** Whether a value tells what is wrong in a store. */
export function isVerification(value: unknown): value is VerificationReport {
  return (
    isObject(value) &&
    isNumber(value.entries) &&
    isNumber(value.blobs) &&
    isNumber(value.total) &&
    isListOf(
      value.problems,
      (problem): problem is Problem =>
        isObject(problem) &&
        isText(problem.kind) &&
        isText(problem.subject) &&
        isText(problem.message) &&
        typeof problem.repaired === 'boolean'
    )
  );
}

/** Whether a value tells how much was executed and saved. */
export function isStatistics(value: unknown): value is Statistics {
  return (
    isObject(value) &&
    isNumber(value.store_bytes) &&
    isNumber(value.seconds_saved) &&
    isListOf(
      value.stores,
      (store): store is Statistics['stores'][number] =>
        isObject(store) && isText(store.project) && isNumber(store.bytes)
    ) &&
    isListOf(
      value.notebooks,
      (notebook): notebook is NotebookStatistics =>
        isObject(notebook) &&
        isText(notebook.path) &&
        isNumber(notebook.seconds_saved) &&
        isNumber(notebook.execution_seconds)
    )
  );
}

/** Whether a value is an entry with its inputs. */
export function isEntryDetail(value: unknown): value is EntryDetail {
  return (
    isEntrySummary(value) &&
    'inputs' in value &&
    Array.isArray(value.inputs) &&
    'artefacts' in value &&
    Array.isArray(value.artefacts) &&
    'artefacts_total' in value &&
    isNumber(value.artefacts_total)
  );
}

/** Whether a value tells what it would mean to trust an entry. */
export function isTrustPreview(value: unknown): value is TrustPreview {
  return (
    isObject(value) &&
    isText(value.entry) &&
    isListOf(value.active, isText) &&
    isListOf(value.artefacts, isText) &&
    isListOf(value.outside, isText)
  );
}

/** Whether a value tells what became of the files of a restoration. */
export function isRestoration(
  value: unknown
): value is { files: RestoredFile[] } {
  return (
    isObject(value) &&
    isListOf(
      value.files,
      (file): file is RestoredFile =>
        isObject(file) && isText(file.path) && isText(file.result)
    )
  );
}

/** Whether a value tells what a running job has put out so far. */
export function isJobOutputs(value: unknown): value is JobOutputs {
  return (
    isObject(value) &&
    isNumber(value.revision) &&
    typeof value.whole === 'boolean' &&
    isNumber(value.first_cell) &&
    (value.running === null || isNumber(value.running)) &&
    isListOf(
      value.cells,
      (cell): cell is object =>
        isObject(cell) &&
        isNumber(cell.cell) &&
        isText(cell.line) &&
        isNumber(cell.left_out) &&
        isListOf(cell.outputs, isOutput)
    )
  );
}

/** Whether a value holds the outputs of an entry. */
export function isEntryOutputs(value: unknown): value is EntryOutputs {
  return (
    isObject(value) &&
    isListOf(
      value.expressions,
      (item): item is object =>
        isObject(item) &&
        isText(item.digest) &&
        isNumber(item.after) &&
        isListOf(item.outputs, isOutput)
    ) &&
    holdsCells(value)
  );
}

function holdsCells(
  value: object
): value is Pick<EntryOutputs, 'code_key' | 'trusted' | 'cells'> {
  return (
    isObject(value) &&
    isText(value.code_key) &&
    typeof value.trusted === 'boolean' &&
    isListOf(
      value.cells,
      (cell): cell is object =>
        isObject(cell) &&
        isText(cell.digest) &&
        isListOf(cell.outputs, isOutput)
    )
  );
}

/** Whether a value tells whose turn it is. */
export function isTurn(value: unknown): value is Turn {
  return isObject(value) && typeof value.granted === 'boolean';
}

/** Whether a value holds the cells of an entry with their outputs. */
export function isEntryDocument(value: unknown): value is EntryDocument {
  return (
    isObject(value) &&
    holdsCells(value) &&
    'mimetype' in value &&
    (value.mimetype === null || isText(value.mimetype)) &&
    value.cells.every(cell => 'source' in cell && isText(cell.source))
  );
}

function isOutput(value: unknown): value is object {
  return isObject(value) && isText(value.output_type);
}

function isStatus(value: unknown): value is Status {
  return (
    isObject(value) &&
    isText(value.path) &&
    VERDICTS.has(value.verdict) &&
    isText(value.code_key) &&
    isText(value.kernel_name) &&
    Array.isArray(value.reasons) &&
    Array.isArray(value.artefacts) &&
    (value.job === null || isJob(value.job))
  );
}

function isNotebookLine(value: unknown): value is NotebookLine {
  return (
    isObject(value) &&
    isText(value.path) &&
    VERDICTS.has(value.verdict) &&
    isNumber(value.reason_count)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isListOf<T>(
  value: unknown,
  check: (item: unknown) => item is T
): value is T[] {
  return Array.isArray(value) && value.every(check);
}
