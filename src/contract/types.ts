/**
 * The shapes that cross the wire, under the names that the rest of the front end uses. They are
 * generated from `jupyterlab_cache/openapi.yaml`.
 */

import type { components } from './schema';

type Schemas = components['schemas'];

/** Whether a notebook's outputs are still true. */
export type Verdict = Schemas['Verdict'];

/** The document's outputs against those of the matching entry. */
export type OutputsState = Schemas['OutputsState'];

/** How an entry came to be. */
export type Provenance = Schemas['Provenance'];

/** Who made an entry. */
export type Origin = Schemas['Origin'];

/** What it would mean to trust an entry. */
export type TrustPreview = Schemas['TrustPreview'];

/** How the execution behind an entry ended. */
export type Outcome = Schemas['Outcome'];

/** A sentence for a person that can be translated. */
export type Sentence = Schemas['Sentence'];

/** One cause of a verdict, with its subject. */
export type Reason = Schemas['Reason'];

/** The verdict on one notebook with everything that explains it. */
export type Status = Schemas['Status'];

/** A notebook as lists of all show it. */
export type NotebookLine = Schemas['NotebookLine'];

/** All notebooks below a folder. */
export type NotebookList = Schemas['NotebookList'];

/** What became of outputs that were to be put into a file. */
export type RestoredDocument = Schemas['RestoredDocument'];

/** What the browser knows of one code cell. */
export type CellDigests = Schemas['CellDigests'];

/** What the browser knows of a document. */
export type DocumentDigests = Schemas['DocumentDigests'];

/** What the browser knows of one inline expression of a document. */
export type ExpressionDigests = Schemas['ExpressionDigests'];

/** One notebook to be judged; without a document, as it is saved. */
export type StatusQuery = Schemas['StatusRequest']['notebooks'][number];

/** What went wrong in an execution. */
export type Failure = Schemas['Failure'];

/** An entry as lists show it. */
export type EntrySummary = Schemas['EntrySummary'];

/** One page of a list of entries. */
export type EntryPage = Schemas['EntryPage'];

/** An entry with its inputs and artefacts. */
export type EntryDetail = Schemas['EntryDetail'];

/** What two executions of a notebook gave. */
export type Check = Schemas['Check'];

/** How the outputs of one cell in two executions compare. */
export type CellCheck = Schemas['CellCheck'];

/** A file that an execution wrote, and what became of it. */
export type EntryArtefact = Schemas['EntryArtefact'];

/** Which files are to be written to disk again. */
export type RestorationRequest = Pick<
  Schemas['RestorationRequest'],
  'path' | 'entry'
> &
  Partial<Schemas['RestorationRequest']>;

/** What became of one file of a restoration. */
export type RestoredFile = Schemas['RestoredFile'];

/** An output as nbformat 4 defines it. */
export type Output = Schemas['Output'];

/** The outputs of one cell of an entry. */
export type CellOutputs = Schemas['CellOutputs'];

/** All outputs of an entry. */
export type EntryOutputs = Schemas['EntryOutputs'];

/** The code cells of an entry as they were executed, with their outputs. */
export type EntryDocument = Schemas['EntryDocument'];

/** Where a job stands. */
export type JobState = Schemas['JobState'];

/** What is to be done with a notebook. */
export type JobKind = Schemas['JobKind'];

/** A request to execute or check one notebook. */
export type Job = Schemas['Job'];

/** What one cell of a running job has put out so far. */
export type LiveCell = Schemas['LiveCell'];

/** What a running job has put out since some revision. */
export type JobOutputs = Schemas['JobOutputs'];

/** What a job is asked for. */
export type JobRequest = Pick<Schemas['JobRequest'], 'path'> &
  Partial<Schemas['JobRequest']>;

/** By what entries are sorted. */
export type EntrySort = Schemas['EntrySort'];

/** Which way they are sorted. */
export type EntryOrder = Schemas['EntryOrder'];

/** Which entries are wanted, and in which order. */
export interface EntryQuery {
  /** Words that all have to occur; at most 200 characters. */
  readonly search?: string;

  /** By what they are sorted; by default by the time when they were made. */
  readonly sort?: EntrySort;

  /** Which way; by default descending. */
  readonly order?: EntryOrder;
}

/** What a store is to keep when room is made in it. */
export type CollectionRequest = Schemas['CollectionRequest'];

/** What was removed from a store, or would be. */
export type Collection = Schemas['Collection'];

/** How the store that is shared with others is doing. */
export type SharedStoreReport = Schemas['SharedStore'];

/** What was sent to the shared store or fetched from it. */
export type Transfer = Schemas['Transfer'];

/** What a look at all files of a store found. */
export type VerificationReport = Schemas['Verification'];

/** One thing that is wrong in a store. */
export type Problem = Schemas['Problem'];

/** How much was executed, and how much was saved. */
export type Statistics = Schemas['Statistics'];

/** The same of one notebook. */
export type NotebookStatistics = Schemas['NotebookStatistics'];
/** Whether it is a page's turn to change a document that others have open, too. */
export type Turn = Schemas['Turn'];
